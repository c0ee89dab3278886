import type { SessionAdvice } from "../../events.ts";
import type { LoadResult } from "../load/bench-load.ts";

/** How a server is told to run a model, and on what that rests. */
export interface Serving {
  /** Requests in one batch at most; 1 does not batch. */
  readonly maxBatch: number;
  readonly maxWaitUs: number;
  readonly instances: number;
  /** Threads inside an operator; 0 leaves that to ONNX Runtime. */
  readonly threads: number;
  /** Threads that run operators side by side: as many in parallel execution, else the calling one. */
  readonly interOpThreads: number;
  readonly level: SessionAdvice["graphOptimizationLevel"];
  readonly executionMode: SessionAdvice["executionMode"];
  /** Undefined leaves it to ONNX Runtime. */
  readonly arena: boolean | undefined;
  readonly memoryPattern: boolean | undefined;
  readonly spinning: boolean | undefined;
  /** Lines for people: what was measured, or that nothing was. */
  readonly notes: readonly string[];
}

/** What a server batches where nothing was measured: the default of Triton's backend for models that take batches. */
const UNMEASURED_BATCH = 4;

/** How to serve a model: as a load was measured, with the session options that were found best; defaults for the rest. */
export function planServing(
  isBatched: boolean,
  result: LoadResult | undefined,
  advice: SessionAdvice | undefined,
): Serving {
  const { load, limit, session } = result ?? {};
  const measured =
    result === undefined || load === undefined
      ? [
          "Not measured: batching, instances and threads are defaults.",
          "`infer-opt bench MODEL --load --max-latency 100ms --percentile p99 --json` measures them for --load-result.",
        ]
      : [
          `Measured on ${result.device}: ${load.throughput.toPrecision(4)} requests a second, p99 ${milliseconds(load.latency.percentiles["p99"] ?? NaN)},`,
          `with ${result.instances} instance(s) of ${result.threads} thread(s) and ${load.meanBatch.toFixed(1)} requests a batch.`,
          ...(limit === undefined
            ? []
            : [`It is the highest rate at which ${limit.share * 100} % end within ${milliseconds(limit.ns)}.`]),
        ];
  const threads = result?.threads ?? advice?.intraOpNumThreads ?? 0;
  const executionMode = session?.executionMode ?? advice?.executionMode ?? "sequential";
  return {
    maxBatch: isBatched ? (load?.maxBatch ?? UNMEASURED_BATCH) : 1,
    maxWaitUs: Math.round(load?.maxWaitUs ?? 0),
    instances: result?.instances ?? 1,
    threads,
    // As sessions are opened that are measured.
    interOpThreads: executionMode === "parallel" ? Math.max(1, threads) : 1,
    level: session?.optimization ?? advice?.graphOptimizationLevel ?? "all",
    executionMode,
    arena: session?.arena ?? advice?.enableCpuMemArena,
    memoryPattern: advice?.enableMemPattern,
    spinning: session?.spinning ?? advice?.allowSpinning,
    notes: measured,
  };
}

function milliseconds(ns: number): string {
  return `${(ns / 1e6).toFixed(1)} ms`;
}
