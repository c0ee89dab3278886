import type { CliCommand } from "../command.ts";

/** `infer-opt targets`: the targets, with what was detected here. */
export const targets: CliCommand = {
  name: "targets",
  examples: [{ line: "targets", purpose: "where models can be made to run, and whether that is here" }],
  register: (program, io) => {
    program
      .command("targets")
      .description("list the targets, with what was detected on this machine")
      .option("--json", "as JSON")
      .action(async (values: { readonly json?: boolean }) => {
        const { listTargets } = await import("../../recipes/index.ts");
        const found = await listTargets();
        if (values.json === true) io.stdout(`${JSON.stringify(found, null, 2)}\n`);
        else
          for (const { id, summary, detected, missing } of found)
            io.stdout(`${id}: ${summary}\n  ${detected ?? `not available: ${missing ?? ""}`}\n`);
      });
  },
};
