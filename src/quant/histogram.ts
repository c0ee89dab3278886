import type { Range } from "./range.ts";

/**
 * Counts of observed values in equal bins. The bin width is a power of two and bin edges are multiples of it, so that
 * growing the range merges whole bins: no count is ever split or lost.
 */
export interface Histogram {
  /** Exact extremes of the finite values; Infinity and -Infinity while there was none. */
  readonly min: number;
  readonly max: number;
  readonly binWidth: number;
  /** The first bin covers [firstBin*binWidth, (firstBin+1)*binWidth). */
  readonly firstBin: number;
  readonly counts: Float64Array;
  /** Finite values. */
  readonly count: number;
  /** Values that are exactly zero, which no quantization changes. */
  readonly zeros: number;
  /** NaN and infinite values; they count nowhere else. */
  readonly nonFinite: number;
}

/** An observer of one value: takes its content sample by sample, holds a bounded state. */
export interface HistogramObserver {
  observe(values: ArrayLike<number>): void;
  read(): Histogram;
}

/** A finer grid than 2^-120 would underflow when its reciprocal is taken. */
const finest = 2 ** -120;

/**
 * A streaming histogram of a fixed number of bins (a power of two). Values may come in any order and amount: when one
 * falls outside, the bin width doubles and neighbours merge until all fit.
 */
export function histogramObserver(bins = 4096): HistogramObserver {
  let width = 0;
  let first = 0;
  let counts = new Float64Array(bins);
  let min = Infinity;
  let max = -Infinity;
  let count = 0;
  let zeros = 0;
  let nonFinite = 0;

  /** Doubles the width until [low, high] fits, merging what was counted. */
  const fit = (low: number, high: number): void => {
    if (width === 0) {
      const span = Math.max(high - low, Math.abs(low) * 2 ** -20, finest * bins);
      width = 2 ** Math.ceil(Math.log2(span / bins));
      first = Math.floor(low / width);
    }
    let lowest = Math.min(first, Math.floor(low / width));
    if (count === 0) first = lowest;
    while (Math.floor(high / width) - lowest >= bins || (count > 0 && usedEnd() - lowest > bins)) {
      const merged = new Float64Array(bins);
      const half = Math.floor(first / 2);
      for (let i = 0; i < bins; i++) {
        const n = counts[i] as number;
        if (n > 0) merged[Math.floor((first + i) / 2) - half] = (merged[Math.floor((first + i) / 2) - half] ?? 0) + n;
      }
      counts = merged;
      first = half;
      width *= 2;
      lowest = Math.min(first, Math.floor(low / width));
    }
    if (lowest < first) {
      const moved = new Float64Array(bins);
      moved.set(counts.subarray(0, bins - (first - lowest)), first - lowest);
      counts = moved;
      first = lowest;
    }
  };
  /** One past the absolute index of the last bin in use. */
  const usedEnd = (): number => Math.floor(max / width) + 1;

  const observe = (source: ArrayLike<number>): void => {
    let values = source;
    let low = Infinity;
    let high = -Infinity;
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as number;
      sum += x;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    if (!Number.isFinite(sum)) {
      const finite = Float64Array.from(values).filter((x) => Number.isFinite(x));
      nonFinite += values.length - finite.length;
      values = finite;
      low = Infinity;
      high = -Infinity;
      for (const x of finite) {
        if (x < low) low = x;
        if (x > high) high = x;
      }
    }
    if (values.length === 0) return;
    fit(low, high);
    min = Math.min(min, low);
    max = Math.max(max, high);
    count += values.length;
    // Both are exact: the reciprocal of a power of two, and products with it.
    const inverse = 1 / width;
    const base = first;
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as number;
      if (x === 0) zeros++;
      const bin = Math.floor(x * inverse) - base;
      counts[bin] = (counts[bin] as number) + 1;
    }
  };

  return {
    observe,
    read: () => ({ min, max, binWidth: width, firstBin: first, counts: counts.slice(), count, zeros, nonFinite }),
  };
}

/** The exact extremes as a range; [0, 0] where nothing finite was seen. */
export function observedRange(histogram: Histogram): Range {
  return histogram.count === 0 ? { min: 0, max: 0 } : { min: histogram.min, max: histogram.max };
}
