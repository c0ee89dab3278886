import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import { nearestName } from "../../diagnostics/nearest-name.ts";
import type { CliCommand } from "../command.ts";

/** `infer-opt explain IO####`: the long text of a diagnostic. */
export const explain: CliCommand = {
  name: "explain",
  examples: [{ line: "explain IO0401", purpose: "what the code of an error means, and what to do" }],
  register: (program, io) => {
    program
      .command("explain")
      .description("print the long text of a diagnostic code")
      .argument("<code>", "for example IO0303")
      .action(async (code: string) => {
        const { catalogue } = await import("../../diagnostics/catalogue.ts");
        const { generalText } = await import("../../diagnostics/general-text.ts");
        const factory = catalogue.get(code.toUpperCase());
        if (factory === undefined) {
          fail(configDiagnostics.unknownCode({ code, nearest: nearestName(code, catalogue.keys()) }));
        }
        const { entry } = factory;
        const exit = entry.exitCode === undefined ? "" : `, exit code ${entry.exitCode}`;
        const { message, hint } = generalText(entry);
        io.stdout(
          [
            `${entry.code} (${entry.severity ?? "error"}${exit})`,
            ...(message === undefined ? [] : [message]),
            entry.explanation,
            ...(hint === undefined ? [] : [`What to do: ${hint}`]),
          ]
            .join("\n\n")
            .concat("\n"),
        );
      });
  },
};
