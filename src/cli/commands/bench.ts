import type { CliCommand } from "../command.ts";
import { addSchemaOptions, givenOptions } from "../schema-options.ts";

const shared = new Set(["shape", "sampleShape", "calibData", "preprocess", "seed", "threads", "tune", "budget"]);

/** `infer-opt bench MODEL…`: times models against each other, interleaved. */
export const bench: CliCommand = {
  name: "bench",
  register: (program, io) => {
    const command = program
      .command("bench")
      .description("time one model, or several against the first, interleaved in a child process")
      .argument("<models...>", "the ONNX models")
      .option("--json", "as JSON");
    addSchemaOptions(command, (name) => shared.has(name));
    command.action(async (models: readonly string[], values: Record<string, unknown>) => {
      const { completeOptions } = await import("../../config/index.ts");
      const { benchModels } = await import("../../recipes/index.ts");
      const { formatTable, formatTime } = await import("../../report/index.ts");
      const { makeReporter } = await import("../io.ts");
      const json = values["json"] === true;
      const reporter = await makeReporter({ ...io, stdout: io.stderr }, false, false);
      const result = await benchModels(models, completeOptions(givenOptions(values)), { reporter, signal: io.signal });
      if (json) io.stdout(`${JSON.stringify(result, null, 2)}\n`);
      else
        for (const { threads, noise, rows } of result.runs)
          io.stdout(
            `${threads} thread${threads === 1 ? "" : "s"}, noise floor ${(noise * 100).toFixed(1)} %\n${formatTable([
              ["model", "min", "median", "p90", "p99", "speed", "95 % interval"],
              ...rows.map(({ name, latency, speed }) => [
                name,
                formatTime(latency.minNs),
                formatTime(latency.medianNs),
                formatTime(latency.p90Ns),
                formatTime(latency.p99Ns),
                `${speed.ratio.toFixed(3)}x`,
                `${speed.low.toFixed(3)} to ${speed.high.toFixed(3)}`,
              ]),
            ])}\n`,
          );
    });
  },
};
