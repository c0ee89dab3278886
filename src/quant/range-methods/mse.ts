import type { Histogram } from "../histogram.ts";
import { observedRange } from "../histogram.ts";
import type { Range } from "../range.ts";

/** Sums of counts, values and squares of the bins before each index, with values taken at the bins' centres. */
interface Moments {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

function momentsOf(histogram: Histogram): Moments {
  const { counts: bins, binWidth, firstBin } = histogram;
  const counts = new Float64Array(bins.length + 1);
  const sums = new Float64Array(bins.length + 1);
  const squares = new Float64Array(bins.length + 1);
  for (let i = 0; i < bins.length; i++) {
    const n = bins[i] as number;
    const x = (firstBin + i + 0.5) * binWidth;
    counts[i + 1] = (counts[i] as number) + n;
    sums[i + 1] = (sums[i] as number) + n * x;
    squares[i + 1] = (squares[i] as number) + n * x * x;
  }
  return { counts, sums, squares };
}

/** Σ n (x - bound)² over the bins [from, to). */
function clippingError(moments: Moments, from: number, to: number, bound: number): number {
  if (to <= from) return 0;
  const n = (moments.counts[to] as number) - (moments.counts[from] as number);
  const s = (moments.sums[to] as number) - (moments.sums[from] as number);
  const q = (moments.squares[to] as number) - (moments.squares[from] as number);
  return Math.max(0, q - 2 * bound * s + bound * bound * n);
}

/**
 * The range with the least expected squared error when quantized to `levels` values: clipped values err by their
 * distance to the end, the others by step²/12 (uniform rounding error), exact zeros not at all. Both ends are searched
 * in turn over `resolution` fractions of the observed range until neither moves.
 */
export function mseRange(histogram: Histogram, levels = 256, resolution = 200): Range {
  const observed = observedRange(histogram);
  const min = Math.min(0, observed.min);
  const max = Math.max(0, observed.max);
  if (max === min) return observed;
  const moments = momentsOf(histogram);
  const bins = histogram.counts.length;
  const total = moments.counts[bins] as number;
  const index = (x: number): number =>
    Math.min(bins, Math.max(0, Math.round(x / histogram.binWidth) - histogram.firstBin));
  const error = (low: number, high: number): number => {
    const from = index(low);
    const to = Math.max(from, index(high));
    const inside = (moments.counts[to] as number) - (moments.counts[from] as number);
    const step = (high - low) / (levels - 1);
    const rounded = Math.max(0, Math.min(inside, total) - histogram.zeros);
    return clippingError(moments, 0, from, low) + clippingError(moments, to, bins, high) + (rounded * step * step) / 12;
  };
  let low = min;
  let high = max;
  let best = error(low, high);
  for (let round = 0; round < 8; round++) {
    const before = best;
    for (let i = 1; i <= resolution; i++) {
      const candidate = (max * i) / resolution;
      const e = error(low, candidate);
      if (candidate > low && e < best) [best, high] = [e, candidate];
    }
    for (let i = 0; i <= resolution; i++) {
      const candidate = (min * i) / resolution;
      const e = error(candidate, high);
      if (candidate < high && e < best) [best, low] = [e, candidate];
    }
    if (best === before) break;
  }
  return { min: low, max: high };
}
