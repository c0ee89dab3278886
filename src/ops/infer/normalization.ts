import type { InferContext, InferResult, OpInference } from "../types.ts";
import { dtypeFromCode, intAttr, tensorType } from "../../ir/index.ts";
import { axisOf, dtypeOf, reject, shapeOf, tensorOf, typed, types, unify } from "./rules.ts";

/** Normalizations over axes of their choice: the input's type; an `axis` must exist. */
function inferLikeInput(context: InferContext): InferResult {
  const type = tensorOf(context, 0);
  const axis = intAttr(context, "axis");
  if (axis !== undefined && type?.shape !== undefined) axisOf(context, axis, Math.max(1, type.shape.length));
  return types(type);
}

/** Rejects per-channel parameters whose length is not the number of channels. */
function checkChannelParameters(context: InferContext, indices: readonly number[]): void {
  const shape = shapeOf(context, 0);
  let channels = shape === undefined ? undefined : shape.length < 2 ? 1 : shape[1];
  for (const index of indices) {
    const parameter = shapeOf(context, index);
    if (parameter === undefined) continue;
    if (parameter.length !== 1) reject(context, `input ${index} has rank ${parameter.length}, not 1`);
    channels = unify(context, channels, parameter[0], "the number of channels and the length of a parameter");
  }
}

/** BatchNormalization: Y like X; running statistics are [C]. */
function inferBatchNormalization(context: InferContext): InferResult {
  const type = tensorOf(context, 0);
  if (context.opset >= 9) checkChannelParameters(context, [1, 2, 3, 4]);
  const statistics = (index: number) => typed(dtypeOf(context, index) ?? type?.dtype, shapeOf(context, index));
  return types(type, statistics(3), statistics(4), statistics(3), statistics(4));
}

function inferInstanceNormalization(context: InferContext): InferResult {
  checkChannelParameters(context, [1, 2]);
  return types(tensorOf(context, 0));
}

/** LayerNormalization: mean and inverse deviation keep the axes before `axis`; their type is `stash_type`. */
function inferLayerNormalization(context: InferContext): InferResult {
  const type = tensorOf(context, 0);
  const shape = type?.shape;
  const at = shape === undefined ? 0 : axisOf(context, intAttr(context, "axis", -1), shape.length);
  const reduced = shape?.map((dim, i) => (i < at ? dim : 1));
  const statistics = tensorType(dtypeFromCode(intAttr(context, "stash_type", 1)) ?? "float32", reduced);
  return types(type, statistics, statistics);
}

/** RMSNormalization: X's shape in the type of the scale. */
function inferRmsNormalization(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape !== undefined) axisOf(context, intAttr(context, "axis", -1), shape.length);
  return types(typed(dtypeOf(context, 1) ?? dtypeOf(context, 0), shape));
}

/** Dropout: the mask has the data's shape; it is bool from opset 10, of the data's type before. */
function inferDropout(context: InferContext): InferResult {
  const type = tensorOf(context, 0);
  return types(type, context.opset < 10 ? type : typed("bool", type?.shape));
}

/** Normalizations, softmax and dropout. */
export const normalizationInference: readonly OpInference[] = [
  {
    names: [
      ...["Softmax", "LogSoftmax", "Hardmax", "LpNormalization", "LRN", "MeanVarianceNormalization"],
      ...["GroupNormalization", "CumSum", "CumProd", "ReverseSequence", "Trilu", "RotaryEmbedding"],
    ],
    infer: inferLikeInput,
  },
  { names: ["BatchNormalization"], infer: inferBatchNormalization },
  { names: ["InstanceNormalization"], infer: inferInstanceNormalization },
  { names: ["LayerNormalization"], infer: inferLayerNormalization },
  { names: ["RMSNormalization"], infer: inferRmsNormalization },
  { names: ["Dropout"], infer: inferDropout },
];
