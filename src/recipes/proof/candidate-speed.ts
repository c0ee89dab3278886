import type { Ratio } from "../../measure/index.ts";
import { medianRatio } from "../../measure/index.ts";
import type { Candidate, CandidateTiming } from "./candidate.ts";

/** A form this much slower at any thread count is slower (never-slower promise, with the noise of a good race). */
const SLOWEST_RATIO = 0.98;

/** Wins smaller than this are noise whatever the interval says. */
export const LEAST_MARGIN = 0.02;

/** Geometric mean over thread counts of the speed against the original; 1 when not timed. */
export function score({ timings }: Pick<Candidate, "timings">): number {
  return geometricMean(timings.map(({ ratio }) => ratio));
}

function geometricMean(values: readonly number[]): number {
  return values.length === 0 ? 1 : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The timing that shows a form to be slower than the original, its whole interval below 1. */
export function slowTiming({ timings }: Pick<Candidate, "timings">): CandidateTiming | undefined {
  return timings.find(isSlow);
}

function isSlow({ ratio, high }: Ratio): boolean {
  return ratio < SLOWEST_RATIO && high < 1;
}

/** How many times faster a form is than another at one thread count. */
export interface ThreadGain extends Ratio {
  readonly threads: number;
}

/**
 * How many times faster `a` is than `b` at each thread count that both were timed at: by their pairs where both ran in the
 * same race, else by what each was against the original, as if the two were independent.
 */
function gains(a: Pick<Candidate, "timings">, b: Pick<Candidate, "timings">): readonly ThreadGain[] {
  return a.timings.flatMap((timing) => {
    const { threads } = timing;
    const other = b.timings.find((each) => each.threads === threads);
    return other === undefined ? [] : [{ threads, ...gain(timing, other) }];
  });
}

function gain(a: CandidateTiming, b: CandidateTiming): Ratio {
  if (a.pairs !== undefined && a.pairs.race === b.pairs?.race) {
    const { ratios } = b.pairs;
    return medianRatio(a.pairs.ratios.map((ratio, round) => ratio / (ratios[round] as number)));
  }
  const spread = Math.hypot(Math.log(a.ratio / a.low), Math.log(b.high / b.ratio));
  const ratio = a.ratio / b.ratio;
  return { ratio, low: ratio / Math.exp(spread), high: ratio * Math.exp(spread) };
}

/** Whether `a` is faster than `b` over all thread counts by more than a margin and beyond noise. */
export function isFaster(a: Candidate, b: Candidate, margin: number): boolean {
  const all = gains(a, b);
  const ratio = geometricMean(all.map((each) => each.ratio));
  return ratio > 1 + margin && geometricMean(all.map((each) => each.low)) > 1;
}

/** Where `a` is slower than `b`, as {@link slowTiming} tells it of the original; undefined where it is so at no thread count. */
export function lossAgainst(a: Candidate, b: Candidate): ThreadGain | undefined {
  return gains(a, b).find(isSlow);
}

/** Thread counts at which `a` is faster than `b` by more than a margin and beyond noise. */
export function winsAgainst(a: Candidate, b: Candidate): readonly ThreadGain[] {
  return gains(a, b).filter(({ ratio, low }) => ratio > 1 + LEAST_MARGIN && low > 1);
}
