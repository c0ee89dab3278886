import type { CliCommand } from "../command.ts";
import { addSchemaOptions, givenOptions } from "../schema-options.ts";

const shared = new Set(["shape", "sampleShape", "calibData", "preprocess", "seed", "evalSamples"]);

/** `infer-opt compare A B`: do two models compute the same? */
export const compare: CliCommand = {
  name: "compare",
  register: (program, io, finish) => {
    const command = program
      .command("compare")
      .description("run two models on the same samples and compare outputs, structure and size")
      .argument("<a>", "the reference model")
      .argument("<b>", "the other model")
      .option("--min-sqnr <dB>", "exit code 3 when an output is below this signal-to-noise ratio")
      .option("--json", "as JSON");
    addSchemaOptions(command, (name) => shared.has(name));
    command.action(async (a: string, b: string, values: Record<string, unknown>) => {
      const { completeOptions } = await import("../../config/index.ts");
      const { compareModels } = await import("../../recipes/index.ts");
      const { formatBytes, formatTable } = await import("../../report/index.ts");
      const result = await compareModels(a, b, completeOptions(givenOptions(values)), io.signal);
      if (values["json"] === true)
        io.stdout(
          `${JSON.stringify(result, (_, v: unknown) => (v === Infinity ? "Infinity" : v === -Infinity ? "-Infinity" : v), 2)}\n`,
        );
      else {
        const rows = result.outputs.map((output) => [
          output.name,
          output.verdict,
          Number.isFinite(output.sqnrDb)
            ? `${output.sqnrDb.toFixed(1)} dB`
            : output.verdict === "mismatch"
              ? "-"
              : "exact",
          output.maxAbs.toExponential(2),
          output.cosine.toFixed(6),
        ]);
        io.stdout(`${formatTable([["output", "verdict", "SQNR", "max abs", "cosine"], ...rows])}\n`);
        io.stdout(
          `samples ${result.samples}; nodes ${result.a.nodes} / ${result.b.nodes}; size ${formatBytes(result.a.bytes)} / ${formatBytes(result.b.bytes)}\n`,
        );
      }
      const least = values["minSqnr"] === undefined ? undefined : Number(values["minSqnr"]);
      finish(least !== undefined && result.outputs.some((output) => output.sqnrDb < least) ? 3 : 0);
    });
  },
};
