import { fail } from "../../diagnostics/index.ts";
import { pipelineDiagnostics } from "../../diagnostics/codes/pipeline.ts";
import { nearestName } from "../../diagnostics/nearest-name.ts";
import type { CliCommand } from "../command.ts";

/** `infer-opt passes [NAME]`: the passes with what they preserve; one in full. */
export const passes: CliCommand = {
  name: "passes",
  examples: [
    { line: "passes", purpose: "all of them" },
    { line: "passes fuse-affine", purpose: "one, with its rules" },
  ],
  register: (program, io) => {
    program
      .command("passes")
      .description("list the passes, or show one with its rules")
      .argument("[name]", "a pass")
      .option("--json", "as JSON")
      .action(async (name: string | undefined, values: { readonly json?: boolean }) => {
        const { listPasses } = await import("../../recipes/index.ts");
        const { formatTable } = await import("../../report/index.ts");

        const all = listPasses();
        const chosen = name === undefined ? all : all.filter((pass) => pass.name === name);
        if (name !== undefined && chosen.length === 0)
          fail(
            pipelineDiagnostics.unknownPass({
              name,
              nearest: nearestName(
                name,
                all.map((pass) => pass.name),
              ),
            }),
          );
        if (values.json === true) io.stdout(`${JSON.stringify(chosen, null, 2)}\n`);
        else if (name === undefined)
          io.stdout(
            `${formatTable(chosen.map((pass) => [`${pass.name.padEnd(24)} ${pass.stage.padEnd(8)} ${pass.preserves.padEnd(9)} ${pass.levels.join(" ").padEnd(8)} ${pass.summary}`]))}\n`,
          );
        else
          for (const pass of chosen)
            io.stdout(
              `${pass.name}: ${pass.summary}\nstage ${pass.stage}, preserves ${pass.preserves}, in ${pass.levels.join(" ") || "no preset"}\nrules: ${pass.rules.join(", ") || "none"}\n`,
            );
      });
  },
};
