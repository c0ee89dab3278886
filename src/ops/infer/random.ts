import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intAttr, intsAttr } from "../../ir/index.ts";
import { dtypeAttr, dtypeOf, shapeOf, typed, types } from "./rules.ts";

/** RandomNormal, RandomUniform: shape and element type are attributes. */
function inferDraw(context: InferContext): InferResult {
  return types(typed(dtypeAttr(context, "dtype") ?? "float32", intsAttr(context, "shape")));
}

/** The input's shape; the element type of the attribute, else that of the input. */
function inferLike(context: InferContext): InferResult {
  return types(typed(dtypeAttr(context, "dtype") ?? dtypeOf(context, 0), shapeOf(context, 0)));
}

/** Multinomial: [batch, sample_size]. */
function inferMultinomial(context: InferContext): InferResult {
  const batch = shapeOf(context, 0)?.[0];
  return types(typed(dtypeAttr(context, "dtype") ?? "int32", [batch, intAttr(context, "sample_size", 1)]));
}

/** Operators that draw, or fill a tensor like their input. */
export const randomInference: readonly OpInference[] = [
  { names: ["RandomNormal", "RandomUniform"], infer: inferDraw },
  { names: ["RandomNormalLike", "RandomUniformLike", "Bernoulli", "EyeLike"], infer: inferLike },
  { names: ["Multinomial"], infer: inferMultinomial },
];
