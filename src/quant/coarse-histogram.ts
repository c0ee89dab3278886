import type { Histogram } from "./histogram.ts";
import type { Range } from "./range.ts";

/** A histogram of few bins, for people. */
export interface CoarseHistogram {
  /** Exact extremes of what was observed; the bins divide what lies between them evenly. */
  readonly min: number;
  readonly max: number;
  readonly counts: readonly number[];
  /** Share of the observed values outside the range. */
  readonly clipped: number;
}

/**
 * Merges the bins of a histogram into a few, each count going where the middle of its bin lies, and counts what a range
 * cuts off. Undefined where nothing finite was observed.
 */
export function coarseHistogram(histogram: Histogram, range: Range, bins = 48): CoarseHistogram | undefined {
  const { min, max, counts: fine, binWidth, firstBin, count } = histogram;
  if (count === 0) return undefined;
  const counts = Array.from({ length: bins }, () => 0);
  let outside = 0;
  for (let i = 0; i < fine.length; i++) {
    const n = fine[i] as number;
    if (n === 0) continue;
    const middle = (firstBin + i + 0.5) * binWidth;
    const place = max > min ? Math.floor(((middle - min) / (max - min)) * bins) : 0;
    const bin = Math.max(0, Math.min(bins - 1, place));
    counts[bin] = (counts[bin] as number) + n;
    if (middle + binWidth / 2 < range.min || middle - binWidth / 2 > range.max) outside += n;
  }
  return { min, max, counts, clipped: outside / count };
}
