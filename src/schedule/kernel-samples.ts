import { quantile, quietRounds, speedRatio } from "../measure/index.ts";
import type { TimingRequest } from "./measurer.ts";
import type { TrialRecord } from "./record.ts";

/** Rounds count when their reference loop is within this share of its best (as whole models are timed). */
const referenceTolerance = 0.08;

/** Of so many rounds at least this share counts, however disturbed: minima of two rounds mean nothing. */
const leastShare = 1 / 3;

/** All times of one kernel, with the reference loop of the same rounds. */
export interface KernelSamples {
  readonly ns: readonly number[];
  readonly referenceNs: readonly number[];
}

function keptRounds({ referenceNs }: KernelSamples): readonly number[] {
  return quietRounds(referenceNs, referenceTolerance, Math.ceil(referenceNs.length * leastShare)).kept;
}

/** What a trial record says of the samples, after rounds of a disturbed machine are left out. */
export function timesOf(
  samples: KernelSamples,
  mode: TimingRequest["mode"],
): Required<Pick<TrialRecord, "ns" | "reference">> {
  const { ns, referenceNs } = samples;
  const kept = keptRounds(samples);
  const times = kept.map((i) => ns[i] as number);
  const references = kept.map((i) => referenceNs[i] as number);
  return {
    ns: { min: quantile(times, 0), median: quantile(times, 0.5), p90: quantile(times, 0.9), n: times.length, mode },
    reference: { ns: quantile(references, 0) },
  };
}

/** Least time divided by the reference loop's least: what candidates are compared by. Infinite without samples. */
export function scoreOf(samples: KernelSamples): number {
  if (samples.ns.length === 0) return Infinity;
  const { ns, reference } = timesOf(samples, "cold");
  return ns.min / reference.ns;
}

/**
 * The first quartile of times divided by the reference loop's least: on a busy machine only some of the calls get all
 * their threads, and among minima those kernels would win that were lucky once. Infinite without samples.
 */
export function sharedScoreOf(samples: KernelSamples): number {
  if (samples.ns.length === 0) return Infinity;
  const times = keptRounds(samples).map((i) => samples.ns[i] as number);
  return quantile(times, 0.25) / timesOf(samples, "cold").reference.ns;
}

/**
 * How uncertain a comparison of two kernels is, as a share, from samples of the same kernel under two names: what lies
 * between the two, and at least the standard error of their ratio (a quarter of its 95 % interval).
 */
export function noiseOf(a: KernelSamples, b: KernelSamples): number {
  if (a.ns.length === 0 || b.ns.length === 0) return 0;
  const minima = (samples: KernelSamples): number[][] => keptRounds(samples).map((i) => [samples.ns[i] as number]);
  const { ratio, low, high } = speedRatio(minima(a), minima(b));
  return Math.max(Math.abs(ratio - 1), (high - low) / 4);
}

/** The samples of two races as one. */
export function joinSamples(a: KernelSamples, b: KernelSamples): KernelSamples {
  return { ns: [...a.ns, ...b.ns], referenceNs: [...a.referenceNs, ...b.referenceNs] };
}
