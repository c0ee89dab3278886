import type { Tensor } from "../ir/index.ts";
import { numbersOf, sizeOf } from "../ir/index.ts";

/**
 * The L1 norm of each slice along `axis` (Li et al., "Pruning Filters for Efficient ConvNets", ICLR 2017), divided by
 * the mean over the slices, so that members of a group count alike whatever the scale and number of their weights.
 */
export function relativeFilterNorms(weight: Tensor, axis: number): Float64Array {
  const values = numbersOf(weight);
  const count = weight.shape[axis] ?? 0;
  const inner = sizeOf(weight.shape.slice(axis + 1));
  const norms = new Float64Array(count);
  for (let start = 0; start < values.length; start += count * inner)
    for (let i = 0; i < count; i++) {
      const from = start + i * inner;
      let sum = 0;
      for (let at = from; at < from + inner; at++) sum += Math.abs(values[at] as number);
      norms[i] = (norms[i] as number) + sum;
    }
  const mean = norms.reduce((sum, norm) => sum + norm, 0) / count;
  return mean > 0 ? norms.map((norm) => norm / mean) : norms;
}
