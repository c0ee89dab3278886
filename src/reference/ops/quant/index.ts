import type { ReferenceOp } from "../../types.ts";
import { convInteger } from "./conv-integer.ts";
import { dequantizeLinear } from "./dequantize-linear.ts";
import { dynamicQuantizeLinear } from "./dynamic-quantize-linear.ts";
import { qLinearConv } from "./q-linear-conv.ts";
import { quantizeLinear } from "./quantize-linear.ts";

/** Quantization, and convolution of quantized operands. */
export const quantOps: readonly ReferenceOp[] = [
  ...[quantizeLinear, dequantizeLinear, dynamicQuantizeLinear],
  ...[convInteger, qLinearConv],
];
