import type { Tensor } from "../../../ir/index.ts";
import { intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { stridesOf } from "../../numeric/shape.ts";
import { integersInput, optionalTensorInput } from "../../operands.ts";
import type { OpCall } from "../../types.ts";

/** Sizes of the scores of Attention; `past` is the number of cached keys among `total`. */
export interface ScoreSizes {
  readonly queries: number;
  readonly total: number;
  readonly past: number;
}

/** What is added to the score of query i and key j of a head; -Infinity where the key is hidden from the query. */
export type AttentionBias = (batch: number, head: number, i: number, j: number) => number;

/** Mask, causal frontier, sliding window (opset 25) and padding of the cache (opset 24), added up. */
export function attentionBias(call: OpCall, { queries, total, past }: ScoreSizes): AttentionBias {
  const causal = intAttr(call.node, "is_causal", 0) !== 0;
  const left = intAttr(call.node, "left_window_size", -1);
  const right = intAttr(call.node, "right_window_size", -1);
  const valid = integersInput(call, 6);
  const mask = optionalTensorInput(call, 3);
  const fromMask = mask === undefined ? undefined : maskReader(mask, call.opset < 24 ? undefined : total);
  const cached = optionalTensorInput(call, 4) !== undefined;
  return (batch, head, i, j) => {
    const known = valid?.[batch];
    const at = i + (!cached && known !== undefined ? known - queries : past);
    const hidden =
      (causal && j > at) ||
      (left >= 0 && j < at - left) ||
      (right >= 0 && j > at + right) ||
      (known !== undefined && j >= known);
    return hidden ? -Infinity : (fromMask?.(batch, head, i, j) ?? 0);
  };
}

/** Reads a mask as if broadcast to rank 4; since opset 24 a last dimension shorter than `total` hides the keys beyond. */
function maskReader(mask: Tensor, total: number | undefined): AttentionBias {
  const values = realsOf(mask);
  const flags = mask.dtype === "bool";
  const shape = [1, 1, 1, 1, ...mask.shape].slice(-4);
  const last = shape[3] as number;
  const isShort = total !== undefined && last < total;
  const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 && !(axis === 3 && isShort) ? 0 : stride));
  const [perBatch, perHead, perQuery, perKey] = strides as [number, number, number, number];
  return (batch, head, i, j) => {
    if (isShort && j >= last) return -Infinity;
    const value = values[batch * perBatch + head * perHead + i * perQuery + j * perKey] as number;
    if (!flags) return value;
    return value === 0 ? -Infinity : 0;
  };
}
