import { availableParallelism } from "node:os";
import { basename } from "node:path";
import type { CompileOptions } from "../../config/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { Reporter } from "../../events.ts";
import { hashModel } from "../../ir/index.ts";
import type { BatchingPolicy, LatencyLimit, LoadSummary, PlannedBatching } from "../../measure/index.ts";
import {
  batchSizes,
  highestRate,
  planBatching,
  poissonArrivals,
  quantile,
  runLoad,
  summarizeLoad,
} from "../../measure/index.ts";
import { loadModel } from "../../onnx/index.ts";
import { formatTime } from "../../report/index.ts";
import { version } from "../../version.ts";
import { batchDim, batchFeeds, requireBatch } from "../commands/batch-feeds.ts";
import { openEnvironment } from "../environment.ts";
import { runsNatively } from "../regions/has-regions.ts";
import { requireFile } from "../paths.ts";
import { openSamples, readFeeds } from "../samples.ts";
import type { SessionChoice } from "../commands/session-choice.ts";
import { sessionSettings } from "../commands/session-choice.ts";
import type { LoadInstances } from "./load-instances.ts";
import { openInstances } from "./load-instances.ts";
import { processMachine } from "./process-machine.ts";

/** How a model is put under load. */
export interface LoadSetup {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Requests a second; the highest that holds the limit is looked for when left out. */
  readonly rate?: number;
  /** Needed where no rate is given: the share of the requests (0 to 1) that may not take longer. */
  readonly limit?: LatencyLimit;
  /** Requests in one batch at most: 1 with a rate, 16 in a search when left out. */
  readonly maxBatch?: number;
  /** Longest wait for a fuller batch: none with a rate; a search tries several when it is left out. */
  readonly maxWaitMs?: number;
  readonly instances: number;
  /** Threads of each instance; all cores shared among the instances when left out. */
  readonly threads?: number;
  /** Processes that keep a core busy each. */
  readonly coRunners: number;
  /** Length of a run whose figures count; shorter ones lead a search. */
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly session?: SessionChoice;
}

/** A rate that was tried in a search. */
export interface TriedRate {
  readonly rate: number;
  readonly holds: boolean;
  /** The limited percentile, in nanoseconds. */
  readonly ns: number;
}

/** A model under load: what `--package` reads, too. */
export interface LoadResult {
  readonly kind: "infer-opt-load";
  readonly v: 1;
  readonly tool: string;
  readonly model: { readonly file: string; readonly hash: string };
  readonly device: string;
  readonly runtime: Readonly<Record<string, string>>;
  readonly session: SessionChoice;
  readonly seed: number;
  readonly instances: number;
  readonly threads: number;
  readonly coRunners: number;
  /** CPUs that instances were kept on; undefined where they were not. */
  readonly cpus: readonly (readonly number[])[] | undefined;
  /** Median nanoseconds of batches with all instances busy, with the way there and back, and of the inference alone. */
  readonly service: readonly { readonly batch: number; readonly ns: number; readonly inferenceNs: number }[];
  readonly limit: LatencyLimit | undefined;
  /** What the search had to choose from, the best first; empty with a given rate. */
  readonly planned: readonly PlannedBatching[];
  readonly tried: readonly TriedRate[];
  /** The run that counts: that of the rate, or of the highest that holds the limit; undefined where no rate does. */
  readonly load: LoadSummary | undefined;
}

/** Requests in one batch that a search tries at most, when it is not told otherwise: more are rarely faster on a CPU. */
const SEARCHED_BATCH = 16;

/** Share of a counting run that a run of the search lasts. */
const SHORT = 0.4;

/** Requests that a percentile is taken of, at least: runs at low rates last longer for them. */
const LEAST_REQUESTS = 200;

/** A run is given up when its last request is this much later than planned. */
const PATIENCE_MS = 2000;

/**
 * Puts a model under an open-loop load of Poisson arrivals: at a rate, or looking for the highest rate at which a percentile
 * of the latency, queueing included, stays below a limit. Batching is ranked by a simulation with measured service times;
 * the best is then measured. Throws IO0904 for a batch that the model does not take, and what running it throws.
 */
export async function benchLoad(file: string, options: CompileOptions, setup: LoadSetup): Promise<LoadResult> {
  requireFile(file);
  const { rate, limit, signal, session = {} } = setup;
  if (rate === undefined && limit === undefined)
    fail(
      configDiagnostics.conflict({
        detail: "a load needs a rate, or a limit that the highest rate is to hold",
        advice: "give --rate, or --max-latency with --percentile",
      }),
    );
  const { model } = await loadModel(file);
  const isBatched = "dynamic" in batchDim(model);
  const maxBatch = setup.maxBatch ?? (rate === undefined && isBatched ? SEARCHED_BATCH : 1);
  if (maxBatch > 1) requireBatch(model, maxBatch);
  const environment = await openEnvironment(options, signal);
  const { device, missing } = environment;
  let open: LoadInstances | undefined;
  try {
    if (device === undefined)
      return fail(runtimeDiagnostics.targetUnavailable({ target: options.target, missing: missing ?? "" }));
    const samples = await readFeeds((await openSamples(model, options)).check);
    const threads = setup.threads ?? Math.max(1, Math.floor(availableParallelism() / setup.instances));
    open = await openInstances({
      model: file,
      settings: sessionSettings(session, threads, environment.native || runsNatively([model])),
      feeds: isBatched ? batchFeeds(samples, maxBatch) : (samples[0] ?? new Map()),
      rows: maxBatch,
      count: setup.instances,
      ...{ coRunners: setup.coRunners, signal },
    });
    const service = await measureService(open, maxBatch, setup);
    const found =
      rate === undefined
        ? await findRate(open, service, maxBatch, limit as LatencyLimit, options.seed, setup)
        : {
            ...{ planned: [], tried: [] },
            load: await play(open, rate, givenBatching(setup), setup.durationMs, options.seed, setup),
          };
    return {
      ...{ kind: "infer-opt-load", v: 1, tool: version },
      model: { file: basename(file), hash: hashModel(model) },
      ...{ device: device.summary, runtime: device.toolchain, session, seed: options.seed },
      ...{ instances: setup.instances, threads, coRunners: setup.coRunners, cpus: open.cpus, service, limit },
      ...found,
    };
  } finally {
    open?.close();
    environment.close();
  }
}

function givenBatching({ maxBatch = 1, maxWaitMs = 0 }: LoadSetup): BatchingPolicy {
  return { maxBatch, maxWaitNs: maxWaitMs * 1e6 };
}

/** Milliseconds of measuring one size of batch. */
const SERVICE_MS = 300;

async function measureService(
  { instances }: LoadInstances,
  maxBatch: number,
  { reporter, signal }: LoadSetup,
): Promise<LoadResult["service"]> {
  const sizes = batchSizes(maxBatch);
  const found: LoadResult["service"][number][] = [];
  for (const [i, batch] of sizes.entries()) {
    signal.throwIfAborted();
    const times: number[] = [];
    const own: number[] = [];
    const end = performance.now() + SERVICE_MS;
    const loop = async (instance: LoadInstances["instances"][number]): Promise<void> => {
      // The first is the one that allocates.
      for (let done = 0; done < 4 || performance.now() < end; done++) {
        const start = performance.now();
        const { ns } = await instance.request({ op: "batch", size: batch });
        if (done === 0) continue;
        times.push((performance.now() - start) * 1e6);
        own.push(ns);
      }
    };
    await Promise.all(instances.map(loop));
    found.push({ batch, ns: quantile(times, 0.5), inferenceNs: quantile(own, 0.5) });
    reporter.handle({ type: "progress", phase: "timing batches", done: i + 1, total: sizes.length });
  }
  return found;
}

async function findRate(
  open: LoadInstances,
  service: LoadResult["service"],
  maxBatch: number,
  limit: LatencyLimit,
  seed: number,
  setup: LoadSetup,
): Promise<Pick<LoadResult, "planned" | "tried" | "load">> {
  const { reporter, signal, maxWaitMs, durationMs } = setup;
  const hopeless = whyHopeless(service, limit, setup.instances);
  if (hopeless !== undefined) {
    reporter.handle({ type: "note", text: hopeless });
    return { planned: [], tried: [], load: undefined };
  }
  const waits = maxWaitMs === undefined ? {} : { waitsNs: [maxWaitMs * 1e6] };
  const planned = await planBatching(service, setup.instances, maxBatch, limit, { seed, signal, ...waits });
  const [best] = planned;
  if (best === undefined) throw new Error("there is always a way to batch");
  let count = 0;
  const trial = async (rate: number, ms: number): Promise<TriedRate & { readonly load: LoadSummary }> => {
    const load = await play(open, rate, best, ms, seed, setup);
    const ns = percentileOf(load, limit);
    const holds = load.unfinished === 0 && ns <= limit.ns;
    const text = `${rate.toPrecision(4)} a second: ${(ns / 1e6).toFixed(2)} ms, ${holds ? "holds" : "does not hold"}`;
    reporter.handle({ type: "note", text: `${++count}. ${text}` });
    return { rate, holds, ns, load };
  };
  const { trials, confirmed } = await highestRate({
    // Real machines hold less than simulated ones.
    start: best.predictedRate > 0 ? best.predictedRate * 0.85 : 0.5e9 / limit.ns,
    ...{ precision: 0.05, maxTrials: 10 },
    try: (rate) => trial(rate, durationMs * SHORT),
    confirm: (rate) => trial(rate, durationMs),
  });
  return { planned, tried: trials.map(({ rate, holds, ns }) => ({ rate, holds, ns })), load: confirmed?.load };
}

/** Why no rate can hold a limit: an inference by itself takes longer, even if instances had only waited for each other. */
function whyHopeless(service: LoadResult["service"], limit: LatencyLimit, instances: number): string | undefined {
  const least = service.reduce((ns, { inferenceNs }) => Math.min(ns, inferenceNs), Infinity);
  if (least <= limit.ns * instances) return undefined;
  return `no rate holds ${formatTime(limit.ns)}: one inference takes ${formatTime(least)}`;
}

function percentileOf({ latency }: LoadSummary, { share }: LatencyLimit): number {
  return latency.percentiles[`p${Number((share * 100).toFixed(6))}`] ?? NaN;
}

async function play(
  { instances }: LoadInstances,
  rate: number,
  batching: BatchingPolicy,
  durationMs: number,
  seed: number,
  { warmUpMs, signal }: LoadSetup,
): Promise<LoadSummary> {
  const lengthMs = warmUpMs + Math.max(durationMs, (LEAST_REQUESTS * 1e3) / rate);
  const plan = {
    batching,
    arrivals: poissonArrivals(rate, lengthMs * 1e6, seed),
    warmUpNs: warmUpMs * 1e6,
    giveUpNs: (lengthMs + PATIENCE_MS) * 1e6,
  };
  const machine = processMachine(instances);
  const record = await runLoad(plan, machine, signal);
  // What was still running when a load was given up must not run into the next.
  while (machine.running > 0) await machine.wait(undefined);
  return summarizeLoad(rate, plan, record);
}
