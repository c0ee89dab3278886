import { basename } from "node:path";
import type { CompileOptions } from "../../config/index.ts";
import { parseDuration } from "../../config/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { Reporter } from "../../events.ts";
import type { BenchLimits, LatencyDistribution, MeasurePolicy, SpeedRatio } from "../../measure/index.ts";
import {
  benchPolicy,
  describeLatency,
  measurePolicies,
  sameSpeed,
  speedRatio,
  usualPercentiles,
} from "../../measure/index.ts";
import type { Model } from "../../ir/index.ts";
import { printType } from "../../ir/index.ts";
import { loadModel } from "../../onnx/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import { counted } from "../../report/index.ts";
import type { WireValues } from "../../runtime/index.ts";
import { toWire } from "../../runtime/index.ts";
import { batchFeeds, requireBatch } from "./batch-feeds.ts";
import type { Environment } from "../environment.ts";
import { openEnvironment } from "../environment.ts";
import { runsNatively } from "../regions/has-regions.ts";
import { requireFile } from "../paths.ts";
import type { OperatorProfile } from "../regions/profile-nodes.ts";
import { profileNodes } from "../regions/profile-nodes.ts";
import { openSamples, readFeeds } from "../samples.ts";
import type { SessionChoice } from "./session-choice.ts";
import { sessionSettings } from "./session-choice.ts";
import { threadsOf } from "../proof/time-forms.ts";

/** How a benchmark is run. */
export interface BenchSetup {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** How long; by the preset of `tune`, as forms are timed in a compile, when left out. */
  readonly limits?: BenchLimits;
  /** Samples in one inference: all inputs of all models must take so many. */
  readonly batch?: number;
  /** Percentages; those of trtexec when left out. */
  readonly percentiles?: readonly number[];
  readonly session?: SessionChoice;
  /** Times the nodes of each model too, at the first thread count. */
  readonly profile?: boolean;
  /** Keeps every sample. */
  readonly times?: boolean;
}

/** One model at one thread count. */
export interface BenchRow {
  readonly name: string;
  readonly latency: LatencyDistribution;
  /** Samples a second when inferences follow each other without a pause. */
  readonly throughput: number;
  readonly speed: SpeedRatio;
  /** Nanoseconds of each inference in the order they ran; absent unless asked for. */
  readonly timesNs?: readonly number[];
}

/** Timings of models against the first of them. */
export interface BenchResult {
  readonly device: string;
  readonly runtime: Readonly<Record<string, string>>;
  readonly batch: number | undefined;
  /** True where sessions went through the host library, so that compiled regions ran as machine code. */
  readonly regions: boolean;
  readonly session: SessionChoice;
  readonly runs: readonly {
    readonly threads: number;
    readonly noise: number;
    readonly rows: readonly BenchRow[];
  }[];
  /** Of each model; empty unless asked for. */
  readonly profiles: readonly ({ readonly name: string; readonly threads: number } & OperatorProfile)[];
}

/**
 * Times models interleaved in a child process, at each thread count. Models with the same inputs are fed the same samples. Throws IO0904 for a
 * batch that a model does not take, and what opening and running models throws.
 */
export async function benchModels(
  files: readonly string[],
  options: CompileOptions,
  setup: BenchSetup,
): Promise<BenchResult> {
  for (const file of files) requireFile(file);
  const models = await Promise.all(files.map(async (file) => (await loadModel(file)).model));
  const { batch, session = {}, signal } = setup;
  if (batch !== undefined) for (const model of models) requireBatch(model, batch);
  const environment = await openEnvironment(options, signal);
  try {
    const { device, missing } = environment;
    if (device === undefined)
      return fail(runtimeDiagnostics.targetUnavailable({ target: options.target, missing: missing ?? "" }));
    const feeds = await feedsOf(models, options, batch);
    const regions = environment.native || runsNatively(models);
    const threadCounts = threadsOf(options);
    const runs: BenchResult["runs"][number][] = [];
    for (const threads of threadCounts) {
      signal.throwIfAborted();
      const settings = sessionSettings(session, threads, regions);
      runs.push(
        await runAt(threads, files, feeds, settings, { setup, options, environment, share: threadCounts.length }),
      );
    }
    const profiles: BenchResult["profiles"][number][] = [];
    for (const [i, model] of setup.profile === true ? models.entries() : []) {
      const threads = threadCounts[0] ?? 1;
      const profile = await profileNodes(model, feeds[i] as Feeds, {
        ...environment,
        folder: environment.temp.path,
        threads,
      });
      profiles.push({ name: basename(files[i] as string), threads, ...profile });
    }
    return { device: device.summary, runtime: device.toolchain, batch, regions, session, runs, profiles };
  } finally {
    environment.close();
  }
}

/** What each model is fed: the samples of the first where they fit, else its own. */
async function feedsOf(
  models: readonly Model[],
  options: CompileOptions,
  batch: number | undefined,
): Promise<readonly Feeds[]> {
  const found = new Map<string, Feeds>();
  for (const model of models) {
    const key = inputsText(model);
    if (found.has(key)) continue;
    const samples = await readFeeds((await openSamples(model, options)).check);
    found.set(key, batch === undefined ? (samples[0] ?? new Map()) : batchFeeds(samples, batch));
  }
  return models.map((model) => found.get(inputsText(model)) as Feeds);
}

/** Names and types of the inputs; what is alike in two models takes the same samples. */
function inputsText({ graph }: Model): string {
  const inputs = graph.inputs.filter(({ constant }) => constant === undefined);
  return inputs.map(({ name, type }) => `${name}: ${type === undefined ? "?" : printType(type)}`).join("\n");
}

interface Context {
  readonly setup: BenchSetup;
  readonly options: CompileOptions;
  readonly environment: Environment;
  /** Thread counts that a budget is shared among. */
  readonly share: number;
}

async function runAt(
  threads: number,
  files: readonly string[],
  feeds: readonly Feeds[],
  settings: ReturnType<typeof sessionSettings>,
  { setup, options, environment, share }: Context,
): Promise<BenchResult["runs"][number]> {
  const { worker } = environment;
  const { batch = 1, percentiles = usualPercentiles } = setup;
  const wires = feeds.map((each) => toWire(each));
  const sessions: number[] = [];
  for (const model of files) sessions.push((await worker.request({ op: "open", model, settings })).session);
  const firstNs: number[] = [];
  for (const [i, session] of sessions.entries()) {
    const request = { op: "repeat", session, feeds: wires[i] as WireValues, runs: 3, budgetNs: 0 } as const;
    firstNs.push((await worker.request(request)).leastNs);
  }
  const result = await worker.request(
    {
      op: "race",
      forms: files.map((file, i) => ({
        name: basename(file),
        session: sessions[i] as number,
        feeds: wires[i] as WireValues,
      })),
      policy: policyFor(setup, options, firstNs, share),
      seed: options.seed,
    },
    (round, rounds) =>
      setup.reporter.handle({
        type: "progress",
        phase: `timing at ${counted(threads, "thread")}`,
        done: round,
        total: rounds,
      }),
  );
  for (const session of sessions) await worker.request({ op: "close", session });
  const column = (index: number): readonly (readonly number[])[] =>
    result.rounds.map((round) => round[index] as readonly number[]);
  return {
    threads,
    noise: result.noise,
    rows: result.names.map((name, i): BenchRow => {
      const timesNs = column(i).flat();
      const latency = describeLatency(timesNs, percentiles);
      return {
        ...{ name, latency, throughput: (batch * 1e9) / latency.meanNs },
        speed: i === 0 ? sameSpeed : speedRatio(column(0), column(i)),
        ...(setup.times === true ? { timesNs } : {}),
      };
    }),
  };
}

function policyFor(
  { limits }: BenchSetup,
  options: CompileOptions,
  firstNs: readonly number[],
  share: number,
): MeasurePolicy {
  const policy =
    limits === undefined
      ? measurePolicies[options.tune === "off" ? "default" : options.tune]
      : benchPolicy(limits, firstNs);
  return options.budget === undefined
    ? { ...policy, budgetMs: policy.budgetMs / share }
    : { ...policy, budgetMs: parseDuration(options.budget) / share };
}
