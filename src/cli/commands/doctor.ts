import type { CliCommand } from "../command.ts";

/** `infer-opt doctor`: what this machine has and what each target needs. */
export const doctor: CliCommand = {
  name: "doctor",
  register: (program, io, finish) => {
    program
      .command("doctor")
      .description("show the device, the runtimes found and what is missing")
      .option("--json", "as JSON")
      .action(async (values: { readonly json?: boolean }) => {
        const { examine } = await import("../../recipes/index.ts");
        const findings = await examine();
        if (values.json === true) io.stdout(`${JSON.stringify(findings, null, 2)}\n`);
        else
          for (const { name, ok, detail, advice } of findings)
            io.stdout(
              `${ok ? "ok     " : "missing"} ${name}: ${detail}\n${advice === undefined ? "" : `        help: ${advice}\n`}`,
            );
        finish(findings.every(({ ok, optional }) => ok || optional) ? 0 : 5);
      });
  },
};
