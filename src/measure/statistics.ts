import type { LatencyProfile } from "../events.ts";

/** The q-quantile (0..1) of a sample by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const below = sorted[low] as number;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return below + (above - below) * (at - low);
}

/** Minimum, median and upper percentiles of a sample of nanoseconds. */
export function summarize(samples: readonly number[]): LatencyProfile {
  return {
    minNs: quantile(samples, 0),
    medianNs: quantile(samples, 0.5),
    p90Ns: quantile(samples, 0.9),
    p95Ns: quantile(samples, 0.95),
    p99Ns: quantile(samples, 0.99),
    samples: samples.length,
  };
}

/** A small seeded generator of uniform numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A ratio with its 95 % interval. */
export interface Ratio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** How many times faster `b` is than `a`: ratio of minima, with a 95 % interval. */
export interface SpeedRatio extends Ratio {
  /** Median over rounds of the ratio of the two minima of one round: what load that comes and goes cannot bend. */
  readonly paired: number;
  /** The 95 % interval of that median. */
  readonly pairedLow: number;
  readonly pairedHigh: number;
}

/** How fast anything is against itself. */
export const sameSpeed: SpeedRatio = { ratio: 1, low: 1, high: 1, paired: 1, pairedLow: 1, pairedHigh: 1 };

/** Samples drawn for an interval. */
const draws = 400;

/**
 * Ratio of minima of two interleaved samples, one array of samples a round, and the 2.5 % and 97.5 % quantiles of the
 * same ratio over rounds drawn with replacement (percentile bootstrap, Efron 1979): rounds, not inferences, are the
 * independent units.
 */
export function speedRatio(a: readonly (readonly number[])[], b: readonly (readonly number[])[], seed = 1): SpeedRatio {
  const minA = roundMinima(a);
  const minB = roundMinima(b);
  const rounds = Math.min(a.length, b.length);
  const ratio = Math.min(...minA.slice(0, rounds)) / Math.min(...minB.slice(0, rounds));
  const random = seededRandom(seed);
  const drawn: number[] = [];
  for (let i = 0; i < draws; i++) {
    let bestA = Infinity;
    let bestB = Infinity;
    for (let k = 0; k < rounds; k++) {
      const at = Math.floor(random() * rounds);
      bestA = Math.min(bestA, minA[at] as number);
      bestB = Math.min(bestB, minB[at] as number);
    }
    drawn.push(bestA / bestB);
  }
  const pairs = medianRatio(pairedRatios(a, b), seed);
  return {
    ...{ ratio, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) },
    ...{ paired: pairs.ratio, pairedLow: pairs.low, pairedHigh: pairs.high },
  };
}

/** Of each round, the minimum of `a` by that of `b`. */
export function pairedRatios(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): readonly number[] {
  const minB = roundMinima(b);
  return roundMinima(a.slice(0, b.length)).map((ns, round) => ns / (minB[round] as number));
}

/** The median of ratios, one a round, and its 95 % interval over rounds drawn with replacement. */
export function medianRatio(ratios: readonly number[], seed = 1): Ratio {
  const random = seededRandom(seed);
  const drawn = Array.from({ length: draws }, () =>
    quantile(
      ratios.map(() => ratios[Math.floor(random() * ratios.length)] as number),
      0.5,
    ),
  );
  return { ratio: quantile(ratios, 0.5), low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

/** The least time of each round. */
function roundMinima(side: readonly (readonly number[])[]): readonly number[] {
  // A round of a tiny model holds more samples than a call takes arguments.
  return side.map((round) => round.reduce((least, ns) => Math.min(least, ns), Infinity));
}
