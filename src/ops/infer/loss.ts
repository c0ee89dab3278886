import type { InferContext, InferResult, OpInference } from "../types.ts";
import { stringAttr } from "../../ir/index.ts";
import { dtypeOf, shapeOf, tensorOf, typed, types } from "./rules.ts";

/** Losses: a scalar, or with reduction "none" one entry for each label; log probabilities have the scores' type. */
function inferLoss(context: InferContext): InferResult {
  const isReduced = stringAttr(context, "reduction", "mean") !== "none";
  return types(typed(dtypeOf(context, 0), isReduced ? [] : shapeOf(context, 1)), tensorOf(context, 0));
}

/** Losses. */
export const lossInference: readonly OpInference[] = [
  { names: ["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"], infer: inferLoss },
];
