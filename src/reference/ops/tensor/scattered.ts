import type { Tensor } from "../../../ir/index.ts";
import { isInteger, sizeOf } from "../../../ir/index.ts";
import { bigintArrayOf, realsOf } from "../../numeric/decode.ts";
import { encodeBigints, encodeReals } from "../../numeric/encode.ts";
import { pickElements } from "../../numeric/take.ts";

interface Reduction {
  readonly real: (old: number, update: number) => number;
  readonly bigint: (old: bigint, update: bigint) => bigint;
}

const reductions: Readonly<Record<string, Reduction>> = {
  add: { real: (a, b) => a + b, bigint: (a, b) => a + b },
  mul: { real: (a, b) => a * b, bigint: (a, b) => a * b },
  max: { real: Math.max, bigint: (a, b) => (b > a ? b : a) },
  min: { real: Math.min, bigint: (a, b) => (b < a ? b : a) },
};

/**
 * A copy of the data in which update i has been put at position `positions[i]` (reduction "none") or combined with what
 * stands there, in order. Float sums are rounded to the element type once, at the end.
 */
export function scattered(data: Tensor, positions: ArrayLike<number>, updates: Tensor, reduction: string): Tensor {
  if (reduction === "none") return overwritten(data, positions, updates);
  const rule = reductions[reduction];
  if (rule === undefined) throw new RangeError(`no reduction "${reduction}"`);
  if (isInteger(data.dtype)) {
    const out = bigintArrayOf(data).slice();
    const values = bigintArrayOf(updates);
    for (let i = 0; i < positions.length; i++) {
      const at = positions[i] as number;
      out[at] = rule.bigint(out[at] as bigint, values[i] as bigint);
    }
    return encodeBigints(data.dtype, data.shape, out);
  }
  const out = realsOf(data);
  const values = realsOf(updates);
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i] as number;
    out[at] = rule.real(out[at] as number, values[i] as number);
  }
  return encodeReals(data.dtype, data.shape, out);
}

function overwritten(data: Tensor, positions: ArrayLike<number>, updates: Tensor): Tensor {
  const indices = Int32Array.from({ length: sizeOf(data.shape) }, (_, i) => i);
  const from = new Uint8Array(indices.length);
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i] as number;
    indices[at] = i;
    from[at] = 1;
  }
  return pickElements([data, updates], data.shape, indices, from);
}
