import type { InferContext, InferResult, OpInference } from "../types.ts";
import { tensorType } from "../../ir/index.ts";
import { dtypeAttr, dtypeOf, shapeOf, typed, types } from "./rules.ts";

/** An attribute value of 0 (UNDEFINED) means "not given". */
function outputDtype(context: InferContext) {
  const attribute = context.attributes.get("output_dtype");
  return attribute?.kind === "int" && attribute.value === 0n ? undefined : dtypeAttr(context, "output_dtype");
}

/** QuantizeLinear: the type of the zero point, else `output_dtype`, else uint8. */
function inferQuantize(context: InferContext): InferResult {
  const dtype = context.has(2) ? dtypeOf(context, 2) : (outputDtype(context) ?? "uint8");
  return types(typed(dtype, shapeOf(context, 0)));
}

/** DequantizeLinear: `output_dtype`, else the type of the scale; float32 before opset 19. */
function inferDequantize(context: InferContext): InferResult {
  const dtype = context.opset < 19 ? "float32" : (outputDtype(context) ?? dtypeOf(context, 1));
  return types(typed(dtype, shapeOf(context, 0)));
}

/** DynamicQuantizeLinear: uint8 data, a float32 scale and a uint8 zero point. */
function inferDynamicQuantize(context: InferContext): InferResult {
  return types(tensorType("uint8", shapeOf(context, 0)), tensorType("float32", []), tensorType("uint8", []));
}

/** Quantization and its inverse. */
export const quantizeInference: readonly OpInference[] = [
  { names: ["QuantizeLinear"], infer: inferQuantize },
  { names: ["DequantizeLinear"], infer: inferDequantize },
  { names: ["DynamicQuantizeLinear"], infer: inferDynamicQuantize },
];
