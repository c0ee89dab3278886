import type { Node, Value } from "../../../src/ir/index.ts";
import type { AttentionOp } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import type { Step } from "./pattern.ts";
import { bothOrders, soleProducer } from "./pattern.ts";
import { sampleShape } from "./quantized-values.ts";

/** The scores that a Softmax reads, and what is added to them. */
export interface MaskedScores {
  readonly scores: Value | undefined;
  readonly mask: Value | undefined;
}

/** Takes apart a sum of products and a mask. */
export function maskedScores(softmax: Node, step: Step): MaskedScores {
  const plain = { scores: softmax.input(0), mask: undefined };
  const sum = soleProducer(plain.scores, "Add");
  if (sum === undefined) return plain;
  for (const [scores, mask] of bothOrders(sum)) {
    if (mask === undefined || soleProducer(scores, "Div", "Mul", "MatMul") === undefined) continue;
    if (!mask.isConstant && soleProducer(mask, "MatMul") !== undefined) continue;
    step(plain.scores, "Add");
    return { scores, mask };
  }
  return plain;
}

/** Heads, rows and keys of a mask's dimensions, ones where it has fewer. */
export function maskShape(shape: readonly number[]): readonly [number, number, number] {
  const [heads, rows, keys] = [1, 1, 1, ...shape].slice(-3);
  return [heads as number, rows as number, keys as number];
}

/** A mask that kernels can add; undefined when its dimensions are others. Tensors are the same for all heads. */
export function attentionMask(
  value: Value,
  heads: number,
  queries: number,
  keys: number,
  context: MatchContext,
): AttentionOp["mask"] {
  const { constant } = value;
  const isConstant = value.isConstant && constant !== undefined;
  const shape = isConstant ? (constant.shape as readonly number[]) : sampleShape(value);
  if (shape === undefined || shape.length > 4 || (shape.length === 4 && shape[0] !== 1)) return undefined;
  const [ownHeads, ownRows, ownKeys] = maskShape(shape);
  if (ownKeys !== keys || (ownRows !== 1 && ownRows !== queries)) return undefined;
  if (isConstant)
    return constant.dtype === "float32" && (ownHeads === 1 || ownHeads === heads) ? { constant: value } : undefined;
  return ownHeads === 1 && shape.length === 4 ? context.tensor(value, undefined) : undefined;
}
