import type { Histogram } from "../histogram.ts";
import { observedRange } from "../histogram.ts";
import type { Range } from "../range.ts";

/** Half a count stands for a level that Q has nothing in but the outliers are moved to; else any such cut would be infinitely bad. */
const leastMass = 0.5;

/**
 * The divergence KL(P‖Q) of one candidate: P holds the bins [from, to) with the outliers added to its ends, Q the same
 * bins merged to `levels` and spread evenly over the bins that are not empty.
 */
function divergence(counts: Float64Array, from: number, to: number, levels: number): number {
  let below = 0;
  let above = 0;
  for (let i = 0; i < from; i++) below += counts[i] as number;
  for (let i = to; i < counts.length; i++) above += counts[i] as number;
  let inside = 0;
  for (let i = from; i < to; i++) inside += counts[i] as number;
  const total = inside + below + above;
  if (inside === 0) return Infinity;
  let sum = 0;
  let freedom = 0;
  for (let level = 0; level < levels; level++) {
    const start = from + Math.floor((level * (to - from)) / levels);
    const end = from + Math.floor(((level + 1) * (to - from)) / levels);
    let mass = 0;
    let used = 0;
    for (let i = start; i < end; i++) {
      const n = counts[i] as number;
      mass += n;
      if (n > 0 || (i === from && below > 0) || (i === to - 1 && above > 0)) used++;
    }
    if (used === 0) continue;
    freedom += used - 1;
    const q = Math.max(mass, leastMass) / used / inside;
    for (let i = start; i < end; i++) {
      const n = (counts[i] as number) + (i === from ? below : 0) + (i === to - 1 ? above : 0);
      if (n === 0) continue;
      const p = n / total;
      sum += p * Math.log(p / q);
    }
  }
  // Sampling noise alone makes bins of one level differ; its mean share of the divergence is taken off (Miller-Madow).
  return sum - freedom / (2 * total);
}

/**
 * The range whose quantized distribution lies nearest to the observed one by Kullback-Leibler divergence (S. Migacz,
 * "8-bit inference with TensorRT", GTC 2017), searched over `candidates` fractions of the observed range, applied to
 * both ends alike.
 */
export function entropyRange(histogram: Histogram, levels = 256, candidates = 96): Range {
  const observed = observedRange(histogram);
  if (histogram.count === 0 || observed.max === observed.min) return observed;
  const bins = histogram.counts.length;
  // Exact zeros are never rounded; left in, the spike a Relu makes would outweigh everything else.
  const counts = histogram.counts.slice();
  const zeroBin = -histogram.firstBin;
  if (histogram.zeros > 0) counts[zeroBin] = (counts[zeroBin] as number) - histogram.zeros;
  const index = (x: number): number =>
    Math.min(bins, Math.max(0, Math.round(x / histogram.binWidth) - histogram.firstBin));
  let best = Infinity;
  let range = observed;
  for (let i = candidates; i >= 1; i--) {
    const min = (observed.min * i) / candidates;
    const max = (observed.max * i) / candidates;
    const from = index(min);
    const to = i === candidates ? Math.max(index(max), 1) : index(max);
    if (to - from < levels) break;
    const e = divergence(counts, from, to, levels);
    if (e < best) {
      best = e;
      range = { min, max };
    }
  }
  return range;
}
