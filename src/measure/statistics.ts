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

/** How many times faster `b` is than `a`: ratio of minima, with a 95 % interval. */
export interface SpeedRatio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** Median over rounds of the ratio of the two minima of one round: what load that comes and goes cannot bend. */
  readonly paired: number;
}

/**
 * Ratio of minima of two interleaved samples, one array of samples a round, and the 2.5 % and 97.5 % quantiles of the
 * same ratio over rounds drawn with replacement (percentile bootstrap, Efron 1979): rounds, not inferences, are the
 * independent units.
 */
export function speedRatio(a: readonly (readonly number[])[], b: readonly (readonly number[])[], seed = 1): SpeedRatio {
  const rounds = Math.min(a.length, b.length);
  const minima = (side: readonly (readonly number[])[]): number[] =>
    // A round of a tiny model holds more samples than a call takes arguments.
    side.slice(0, rounds).map((round) => round.reduce((a, b) => Math.min(a, b), Infinity));
  const minA = minima(a);
  const minB = minima(b);
  const ratio = Math.min(...minA) / Math.min(...minB);
  const random = seededRandom(seed);
  const drawn: number[] = [];
  for (let i = 0; i < 400; i++) {
    let bestA = Infinity;
    let bestB = Infinity;
    for (let k = 0; k < rounds; k++) {
      const at = Math.floor(random() * rounds);
      bestA = Math.min(bestA, minA[at] as number);
      bestB = Math.min(bestB, minB[at] as number);
    }
    drawn.push(bestA / bestB);
  }
  const paired = quantile(
    minA.map((ns, i) => ns / (minB[i] as number)),
    0.5,
  );
  return { ratio, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975), paired };
}
