import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { addDims, floorDivideDims, intAttr, multiplyDims } from "../../ir/index.ts";
import { dtypeOf, reject, shapeOf, typed, types } from "./rules.ts";

/** The heads of Q, K or V: [batch, heads, sequence, size], or [batch, sequence, heads·size] with the heads as attribute. */
interface Heads {
  readonly batch: Dim;
  readonly heads: Dim;
  readonly sequence: Dim;
  readonly size: Dim;
}

function headsOf(context: InferContext, index: number, heads: number | undefined): Heads | undefined {
  const shape = shapeOf(context, index);
  if (shape === undefined) return undefined;
  if (shape.length === 4) return { batch: shape[0], heads: shape[1], sequence: shape[2], size: shape[3] };
  if (shape.length !== 3) reject(context, `input ${index} has rank ${shape.length}, not 3 or 4`);
  return {
    batch: shape[0],
    heads,
    sequence: shape[1],
    size: heads === undefined ? undefined : floorDivideDims(shape[2], heads),
  };
}

/** Attention: Y like Q with V's head size; present keys and values grow the past ones; scores are [.., Sq, total]. */
function inferAttention(context: InferContext): InferResult {
  const kvHeads = intAttr(context, "kv_num_heads");
  const q = headsOf(context, 0, intAttr(context, "q_num_heads"));
  const k = headsOf(context, 1, kvHeads);
  const v = headsOf(context, 2, kvHeads);
  const is3d = shapeOf(context, 0)?.length === 3;
  const past = (index: number): Dim => (context.has(index) ? shapeOf(context, index)?.[2] : 0);
  const total = addDims(k?.sequence, past(4));
  const present = (side: Heads | undefined): Shape => [side?.batch, side?.heads, total, side?.size];
  const y =
    q === undefined
      ? undefined
      : is3d
        ? [q.batch, q.sequence, multiplyDims(q.heads, v?.size)]
        : [q.batch, q.heads, q.sequence, v?.size];
  return types(
    typed(dtypeOf(context, 0), y),
    typed(dtypeOf(context, 1), present(k)),
    typed(dtypeOf(context, 2), present(v)),
    typed(dtypeOf(context, 0), [q?.batch, q?.heads, q?.sequence, total]),
  );
}

/** Attention. */
export const attentionInference: readonly OpInference[] = [{ names: ["Attention"], infer: inferAttention }];
