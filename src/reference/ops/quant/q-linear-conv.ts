import { encodeReals, realsOf } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { integerConvolution } from "./integer-convolution.ts";
import { quantizerFor } from "./quantizer.ts";

/** QLinearConv: a convolution of quantized operands with an int32 bias, requantized to the output's scale and zero point. */
export const qLinearConv: ReferenceOp = {
  domain: "",
  name: "QLinearConv",
  run: (call) => {
    const x = { tensor: tensorInput(call, 0), zeroPoint: tensorInput(call, 2) };
    const w = { tensor: tensorInput(call, 3), zeroPoint: tensorInput(call, 5) };
    const { shape, sums } = integerConvolution(call.node, x, w);
    const [xScale, wScales, yScale] = [1, 4, 6].map((i) => realsOf(tensorInput(call, i))) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const yZero = tensorInput(call, 7);
    const zero = realsOf(yZero)[0] as number;
    const biasTensor = optionalTensorInput(call, 8);
    const bias = biasTensor === undefined ? undefined : realsOf(biasTensor);
    const quantize = quantizerFor(yZero.dtype);
    const outputs = shape[1] as number;
    const plane = sums.length / ((shape[0] as number) * outputs);
    for (let i = 0; i < sums.length; i++) {
      const channel = Math.floor(i / plane) % outputs;
      const scale = (xScale[0] as number) * (wScales[wScales.length === 1 ? 0 : channel] as number);
      const sum = (sums[i] as number) + (bias?.[channel] ?? 0);
      sums[i] = quantize((sum * scale) / (yScale[0] as number), zero);
    }
    return [encodeReals(yZero.dtype, shape, sums)];
  },
};
