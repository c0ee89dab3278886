import { encodeReals } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { quantizerFor } from "../quant/quantizer.ts";
import { multiplyStacks, productFrame } from "./batched-product.ts";
import { parameterFor, withoutZeroPoint } from "./zero-point.ts";

/** QLinearMatMul: the product of two quantized operands, requantized to the output's scale and zero point. */
export const qLinearMatMul: ReferenceOp = {
  domain: "",
  name: "QLinearMatMul",
  run: (call) => {
    const [a, b, zeroPoint] = [tensorInput(call, 0), tensorInput(call, 3), tensorInput(call, 7)];
    const frame = productFrame(a.shape, b.shape);
    const left = withoutZeroPoint(a, tensorInput(call, 2), "row");
    const out = multiplyStacks(left, withoutZeroPoint(b, tensorInput(call, 5), "column"), frame);
    const aScale = parameterFor(tensorInput(call, 1), frame.shape, "row");
    const bScale = parameterFor(tensorInput(call, 4), frame.shape, "column");
    const yScale = parameterFor(tensorInput(call, 6), frame.shape, "row");
    const yZero = parameterFor(zeroPoint, frame.shape, "row");
    const quantize = quantizerFor(zeroPoint.dtype);
    for (let i = 0; i < out.length; i++) {
      out[i] = quantize(((out[i] as number) * (aScale(i) * bScale(i))) / yScale(i), yZero(i));
    }
    return [encodeReals(zeroPoint.dtype, frame.shape, out)];
  },
};
