import { quantile } from "../statistics.ts";
import { poissonArrivals } from "./arrivals.ts";
import type { BatchingPolicy } from "./batcher.ts";
import { highestRate } from "./highest-rate.ts";
import { runLoad } from "./run-load.ts";
import type { ServiceTimes } from "./simulate-load.ts";
import { serviceNs, simulatedMachine } from "./simulate-load.ts";

/** A latency that is not to be exceeded by this share of the requests. */
export interface LatencyLimit {
  /** From 0 to 1. */
  readonly share: number;
  readonly ns: number;
}

/** A way to batch, and the rate that a simulation with measured service times says it holds. */
export interface PlannedBatching extends BatchingPolicy {
  readonly predictedRate: number;
}

/** Requests of one simulated run: enough for a 99th percentile. */
const REQUESTS = 3000;

/** Waits that are tried, as shares of the limit. */
const WAITS = [0, 0.05, 0.1, 0.2, 0.4];

/** Gains smaller than this are not worth a greater batch or a longer wait. */
const LEAST_GAIN = 0.03;

/**
 * Ranks ways to batch by the highest rate that holds the limit in a simulation, the best first; among equals the smaller
 * batch, then the shorter wait. `waitsNs` replaces the waits that are tried otherwise.
 */
export async function planBatching(
  times: ServiceTimes,
  instances: number,
  maxBatch: number,
  limit: LatencyLimit,
  {
    seed,
    signal,
    waitsNs,
  }: { readonly seed: number; readonly signal: AbortSignal; readonly waitsNs?: readonly number[] },
): Promise<readonly PlannedBatching[]> {
  const planned: PlannedBatching[] = [];
  for (const batch of batchSizes(maxBatch))
    for (const maxWaitNs of batch === 1 ? [0] : (waitsNs ?? WAITS.map((share) => share * limit.ns))) {
      const policy = { maxBatch: batch, maxWaitNs };
      planned.push({ ...policy, predictedRate: await predictRate(times, instances, policy, limit, seed, signal) });
    }
  const best = planned.reduce((most, { predictedRate }) => Math.max(most, predictedRate), 0);
  const isNear = ({ predictedRate }: PlannedBatching): boolean => predictedRate * (1 + LEAST_GAIN) >= best;
  return planned.sort(
    (a, b) =>
      Number(isNear(b)) - Number(isNear(a)) ||
      (isNear(a) ? a.maxBatch - b.maxBatch || a.maxWaitNs - b.maxWaitNs : b.predictedRate - a.predictedRate),
  );
}

/** Powers of two up to a size, and that size. */
export function batchSizes(maxBatch: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = 1; size < maxBatch; size *= 2) sizes.push(size);
  return [...sizes, maxBatch];
}

async function predictRate(
  times: ServiceTimes,
  instances: number,
  batching: BatchingPolicy,
  limit: LatencyLimit,
  seed: number,
  signal: AbortSignal,
): Promise<number> {
  // No rate above this is held by anything: every batch full, no instance ever idle.
  const most = (instances * batching.maxBatch * 1e9) / serviceNs(times, batching.maxBatch);
  const trial = async (rate: number): Promise<{ readonly rate: number; readonly holds: boolean }> => {
    const durationNs = (REQUESTS / rate) * 1e9;
    const machine = simulatedMachine(instances, (size) => serviceNs(times, size));
    const arrivals = poissonArrivals(rate, durationNs, seed);
    const plan = { batching, arrivals, warmUpNs: durationNs / 10, giveUpNs: durationNs + 2 * limit.ns };
    const { latenciesNs, unfinished } = await runLoad(plan, machine, signal);
    return { rate, holds: rate <= most && unfinished === 0 && quantile(latenciesNs, limit.share) <= limit.ns };
  };
  const { confirmed } = await highestRate({
    start: most * 0.7,
    precision: 0.02,
    maxTrials: 14,
    try: trial,
    confirm: trial,
  });
  return confirmed?.rate ?? 0;
}
