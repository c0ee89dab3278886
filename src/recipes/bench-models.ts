import { basename } from "node:path";
import type { CompileOptions } from "../config/index.ts";
import { parseDuration } from "../config/index.ts";
import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import type { LatencyProfile, Reporter } from "../events.ts";
import type { SpeedRatio } from "../measure/index.ts";
import { measurePolicies, sameSpeed, speedRatio, summarize } from "../measure/index.ts";
import { loadModel } from "../onnx/index.ts";
import { toWire } from "../runtime/index.ts";
import { threadsOf } from "./time-forms.ts";
import { openEnvironment } from "./environment.ts";
import { requireFile } from "./paths.ts";
import { openSamples, readFeeds } from "./samples.ts";

/** Timings of models against the first of them. */
export interface BenchResult {
  readonly device: string;
  readonly runtime: Readonly<Record<string, string>>;
  readonly runs: readonly {
    readonly threads: number;
    readonly noise: number;
    readonly rows: readonly { readonly name: string; readonly latency: LatencyProfile; readonly speed: SpeedRatio }[];
  }[];
}

/** Times models interleaved in a child process, at each thread count. All are fed samples of the first. */
export async function benchModels(
  files: readonly string[],
  options: CompileOptions,
  setup: { readonly reporter: Reporter; readonly signal: AbortSignal },
): Promise<BenchResult> {
  for (const file of files) requireFile(file);
  const { model } = await loadModel(files[0] as string);
  const environment = await openEnvironment(options, setup.signal);
  try {
    const { device, missing, worker } = environment;
    if (device === undefined)
      return fail(runtimeDiagnostics.targetUnavailable({ target: options.target, missing: missing ?? "" }));
    const samples = await openSamples(model, options);
    const [feeds] = await readFeeds(samples.check);
    const policy = measurePolicies[options.tune === "off" ? "default" : options.tune];
    const budgetMs = options.budget === undefined ? policy.budgetMs : parseDuration(options.budget);
    const runs: BenchResult["runs"][number][] = [];
    const threadCounts = threadsOf(options);
    for (const threads of threadCounts) {
      setup.signal.throwIfAborted();
      const sessions: number[] = [];
      for (const file of files)
        sessions.push(
          (await worker.request({ op: "open", model: file, settings: { optimization: "all", threads } })).session,
        );
      const wire = toWire(feeds ?? new Map());
      const result = await worker.request(
        {
          op: "race",
          forms: files.map((file, i) => ({ name: basename(file), session: sessions[i] as number, feeds: wire })),
          policy: { ...policy, budgetMs: budgetMs / threadCounts.length },
          seed: options.seed,
        },
        (round, rounds) =>
          setup.reporter.handle({
            type: "progress",
            phase: `timing at ${threads} threads`,
            done: round,
            total: rounds,
          }),
      );
      for (const session of sessions) await worker.request({ op: "close", session });
      const column = (index: number): readonly (readonly number[])[] =>
        result.rounds.map((round) => round[index] as readonly number[]);
      runs.push({
        threads,
        noise: result.noise,
        rows: result.names.map((name, i) => ({
          name,
          latency: summarize(column(i).flat()),
          speed: i === 0 ? sameSpeed : speedRatio(column(0), column(i)),
        })),
      });
    }
    return { device: device.summary, runtime: device.toolchain, runs };
  } finally {
    environment.close();
  }
}
