import type { Histogram } from "../histogram.ts";
import { observedRange } from "../histogram.ts";
import type { Range } from "../range.ts";

/**
 * The range that holds `percent` of the observed values, the rest cut in equal parts from both tails; linear within a
 * bin, never wider than what was observed.
 */
export function percentileRange(histogram: Histogram, percent: number): Range {
  const { min, max } = observedRange(histogram);
  const { counts, binWidth, firstBin, count } = histogram;
  const tail = (count * (1 - percent / 100)) / 2;
  if (!(tail > 0)) return { min, max };
  let below = 0;
  let low = min;
  for (let i = 0; i < counts.length; i++) {
    const n = counts[i] as number;
    if (n > 0 && below + n > tail) {
      low = (firstBin + i + (tail - below) / n) * binWidth;
      break;
    }
    below += n;
  }
  let above = 0;
  let high = max;
  for (let i = counts.length - 1; i >= 0; i--) {
    const n = counts[i] as number;
    if (n > 0 && above + n > tail) {
      high = (firstBin + i + 1 - (tail - above) / n) * binWidth;
      break;
    }
    above += n;
  }
  return { min: Math.max(min, Math.min(low, max)), max: Math.min(max, Math.max(high, min)) };
}
