import { encodeReals } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { integerConvolution } from "./integer-convolution.ts";

/** ConvInteger: the convolution of (x - x_zero_point) and (w - w_zero_point) as int32. */
export const convInteger: ReferenceOp = {
  domain: "",
  name: "ConvInteger",
  run: (call) => {
    const x = { tensor: tensorInput(call, 0), zeroPoint: optionalTensorInput(call, 2) };
    const w = { tensor: tensorInput(call, 1), zeroPoint: optionalTensorInput(call, 3) };
    const { shape, sums } = integerConvolution(call.node, x, w);
    return [encodeReals("int32", shape, sums)];
  },
};
