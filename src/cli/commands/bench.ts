import { Option } from "commander";
import type { BenchSetup, SessionChoice } from "../../recipes/index.ts";
import type { CliCommand } from "../command.ts";
import { toCount, toMilliseconds, toPercentiles, toSwitch } from "../parse-values.ts";
import type { LoadOptions } from "../load-options.ts";
import { addLoadOptions, loadSetup } from "../load-options.ts";
import { addSchemaOptions, givenOptions } from "../schema-options.ts";

const shared = new Set([
  ...["shape", "sampleShape", "calibData", "preprocess", "seed", "target", "threads", "tune", "budget"],
  ...["maxLatency", "percentile"],
]);

interface BenchOptions extends LoadOptions {
  readonly warmUp: number;
  readonly duration: number;
  readonly iterations: number;
  readonly percentiles: readonly number[];
  readonly batch?: number;
  readonly nodeProfile?: boolean;
  readonly times?: boolean;
  readonly json?: boolean;
  readonly optimizationLevel?: "disabled" | "basic" | "extended" | "all";
  readonly spinning?: boolean;
  readonly arena?: boolean;
  readonly executionMode?: "sequential" | "parallel";
}

/** `infer-opt bench MODEL…`: times models against each other, interleaved. */
export const bench: CliCommand = {
  name: "bench",
  examples: [
    { line: "bench model.onnx --threads 1", purpose: "one model: its latency in percentiles" },
    { line: "bench old.onnx new.onnx --duration 10s", purpose: "two against each other, in turns" },
    {
      line: "bench model.onnx --load --max-latency 100ms --percentile p99",
      purpose: "the highest rate at which 99 % of the requests end within 100 ms",
    },
  ],
  register: (program, io, finish) => {
    // The name `profile` is one of a compile's options: a kind of deployment.
    const nodeProfile = new Option("--profile", "also the time of every node and operator in ONNX Runtime");
    nodeProfile.attributeName = () => "nodeProfile";
    const command = program
      .command("bench")
      .description("time one model, or several against the first, interleaved in a child process")
      .argument("<models...>", "the ONNX models")
      .addOption(
        new Option("--warm-up <time>", "untimed running of each model").argParser(toMilliseconds).default(200, "200ms"),
      )
      .addOption(
        new Option("--duration <time>", "timed running of each model, at least")
          .argParser(toMilliseconds)
          .default(3000, "3s"),
      )
      .option("--iterations <count>", "timed inferences of each model, at least", toCount, 10)
      .addOption(
        new Option("--percentiles <list>", "percentiles to tell")
          .argParser(toPercentiles)
          .default([50, 90, 95, 99], "50,90,95,99"),
      )
      .option("--batch <size>", "samples in one inference, for models with a dynamic batch", toCount)
      .addOption(nodeProfile)
      .option("--times", "with --json: every single time")
      .option("--json", "as JSON");
    addSessionOptions(command);
    addLoadOptions(command);
    addSchemaOptions(command, (name) => shared.has(name));
    command.action(async (models: readonly string[], values: BenchOptions) => {
      const { completeOptions } = await import("../../config/index.ts");
      const { benchLoad, benchModels } = await import("../../recipes/index.ts");
      const { formatBench } = await import("../format-bench.ts");
      const { formatLoad } = await import("../format-load.ts");
      const { makeReporter } = await import("../io.ts");
      const reporter = await makeReporter({ ...io, stdout: io.stderr }, false, false);
      const options = completeOptions(givenOptions(values));
      const setup = { reporter, signal: io.signal };
      const load = loadSetup(models, values, options);
      if (load !== undefined) {
        const result = await benchLoad(models[0] as string, options, { ...setup, ...load, session: sessionOf(values) });
        io.stdout(values.json === true ? `${JSON.stringify(result, null, 2)}\n` : formatLoad(result));
        finish(result.load === undefined ? 3 : 0);
        return;
      }
      const result = await benchModels(models, options, { ...setup, ...setupOf(values) });
      io.stdout(values.json === true ? `${JSON.stringify(result, null, 2)}\n` : formatBench(result));
    });
  },
};

function addSessionOptions(command: { addOption(option: Option): unknown }): void {
  const options = [
    new Option("--optimization-level <level>", "graph optimizations of ONNX Runtime").choices([
      ...["disabled", "basic", "extended", "all"],
    ]),
    new Option("--spinning <on|off>", "whether idle threads of ONNX Runtime wait busily").argParser(toSwitch),
    new Option("--arena <on|off>", "whether ONNX Runtime keeps memory between runs").argParser(toSwitch),
    new Option("--execution-mode <mode>", "nodes one after the other, or branches side by side").choices([
      ...["sequential", "parallel"],
    ]),
  ];
  for (const option of options) command.addOption(option.helpGroup("Session:"));
}

/** Limits of trtexec unless a preset of the compile's races is asked for. */
function setupOf(values: BenchOptions): Omit<BenchSetup, "reporter" | "signal"> {
  const { warmUp, duration, iterations, percentiles, batch, nodeProfile, times } = values;
  return {
    ...(values["tune"] === undefined ? { limits: { warmUpMs: warmUp, durationMs: duration, iterations } } : {}),
    ...(batch === undefined ? {} : { batch }),
    ...{ percentiles, profile: nodeProfile === true, times: times === true, session: sessionOf(values) },
  };
}

function sessionOf({ optimizationLevel, spinning, arena, executionMode }: BenchOptions): SessionChoice {
  return {
    ...(optimizationLevel === undefined ? {} : { optimization: optimizationLevel }),
    ...(spinning === undefined ? {} : { spinning }),
    ...(arena === undefined ? {} : { arena }),
    ...(executionMode === undefined ? {} : { executionMode }),
  };
}
