import type { Examination } from "../../recipes/index.ts";
import type { CliCommand } from "../command.ts";
import { append } from "../parse-values.ts";

interface DoctorOptions extends Pick<Examination, "measure" | "records"> {
  readonly json?: boolean;
}

/** `infer-opt doctor`: what this machine has and what each target needs. */
export const doctor: CliCommand = {
  name: "doctor",
  examples: [
    { line: "doctor", purpose: "what this machine has, and what is missing for what" },
    { line: "doctor --measure --records speed.schedule.jsonl", purpose: "how fast it is: measured once, and kept" },
  ],
  register: (program, io, finish) => {
    program
      .command("doctor")
      .description("show the device, the runtimes found and what is missing")
      .option("--measure", "measure how fast this machine is where records do not know it, and the power it draws")
      .option(
        "--records <file>",
        "a schedule cache that may know how fast it is (repeatable; --measure adds to the first); default: those in the working folder",
        append,
      )
      .option("--json", "as JSON")
      .action(async ({ json, ...examination }: DoctorOptions) => {
        const { examine } = await import("../../recipes/index.ts");
        const findings = await examine({ ...examination, signal: io.signal });
        if (json === true) io.stdout(`${JSON.stringify(findings, null, 2)}\n`);
        else
          for (const { name, ok, detail, advice } of findings)
            io.stdout(
              `${ok ? "ok     " : "missing"} ${name}: ${detail}\n${advice === undefined ? "" : `        help: ${advice}\n`}`,
            );
        finish(findings.every(({ ok, optional }) => ok || optional) ? 0 : 5);
      });
  },
};
