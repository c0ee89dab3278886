import type { LatencyDistribution } from "../latency-distribution.ts";
import { describeLatency } from "../latency-distribution.ts";
import { quantile } from "../statistics.ts";
import type { LoadPlan, LoadRecord } from "./run-load.ts";

/** A load in figures. */
export interface LoadSummary {
  /** Requests a second that were planned. */
  readonly rate: number;
  readonly maxBatch: number;
  readonly maxWaitUs: number;
  /** Requests that count, and those of them that had not ended when the run was given up. */
  readonly requests: number;
  readonly unfinished: number;
  /** Requests a second that ended. */
  readonly throughput: number;
  /** From planned arrival to the end, queueing included. */
  readonly latency: LatencyDistribution;
  /** From planned arrival to the start of the batch. */
  readonly queueing: LatencyDistribution;
  readonly meanBatch: number;
  /** How many batches had so many requests. */
  readonly batches: Readonly<Record<string, number>>;
  /** How late arrivals were noticed at the 99th percentile: part of every latency here, not of the model. */
  readonly lateNs: number;
}

/** The percentiles of a load: its tail is what it is measured for. */
const percentages = [50, 90, 95, 99, 99.9];

/** Sums up what {@link runLoad} recorded. */
export function summarizeLoad(rate: number, plan: LoadPlan, record: LoadRecord): LoadSummary {
  const { latenciesNs, queueingNs, batchSizes, lateNs, unfinished, endNs } = record;
  const batches: Record<string, number> = {};
  for (const size of [...batchSizes].sort((a, b) => a - b)) batches[size] = (batches[size] ?? 0) + 1;
  const finished = latenciesNs.length - unfinished;
  return {
    ...{ rate, maxBatch: plan.batching.maxBatch, maxWaitUs: plan.batching.maxWaitNs / 1e3 },
    ...{ requests: latenciesNs.length, unfinished },
    throughput: finished <= 0 ? 0 : (finished * 1e9) / Math.max(1, endNs - plan.warmUpNs),
    latency: describeLatency(latenciesNs, percentages),
    queueing: describeLatency(queueingNs, percentages),
    meanBatch: batchSizes.reduce((sum, size) => sum + size, 0) / Math.max(1, batchSizes.length),
    batches,
    lateNs: quantile(lateNs, 0.99),
  };
}
