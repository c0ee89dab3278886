import type { Dim } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intAttr, stringAttr } from "../../ir/index.ts";
import { dtypeOf, expectRank, reject, shapeOf, typed, types, unify } from "./rules.ts";

/**
 * RNN, GRU, LSTM: X [sequence, batch, input], Y [sequence, directions, batch, hidden], Y_h and Y_c [directions, batch,
 * hidden]; with layout 1 the batch axis comes first everywhere.
 */
function inferRecurrent(context: InferContext): InferResult {
  for (const index of [0, 1, 2]) expectRank(context, index, 3);
  const x = shapeOf(context, 0);
  const isBatchFirst = intAttr(context, "layout", 0) === 1;
  const [sequence, batch] = isBatchFirst ? [x?.[1], x?.[0]] : [x?.[0], x?.[1]];
  const direction = stringAttr(context, "direction", "forward");
  if (!["forward", "reverse", "bidirectional"].includes(direction)) reject(context, `direction "${direction}"`);
  const directions = direction === "bidirectional" ? 2 : 1;
  const hidden: Dim = unify(context, intAttr(context, "hidden_size"), shapeOf(context, 2)?.[2], "hidden sizes");
  unify(context, shapeOf(context, 1)?.[0], directions, "the directions of W and of the attribute");
  unify(context, x?.[2], shapeOf(context, 1)?.[2], "the input sizes of X and W");
  const dtype = dtypeOf(context, 0) ?? dtypeOf(context, 1);
  const all = isBatchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden];
  const last = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return types(typed(dtype, all), typed(dtype, last), typed(dtype, last));
}

/** Recurrent networks. */
export const recurrentInference: readonly OpInference[] = [{ names: ["GRU", "LSTM", "RNN"], infer: inferRecurrent }];
