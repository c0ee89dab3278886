import type { Tensor } from "../../../ir/index.ts";
import { intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { axisView, normalizeAxis } from "../../numeric/shape.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { fourierTransform } from "./fourier-transform.ts";

/** DFT: along one axis, the last one holding real or real and imaginary parts; axis is an attribute in opset 17. */
export const dft: ReferenceOp = {
  domain: "",
  name: "DFT",
  run(call) {
    const x = tensorInput(call, 0);
    const named = integersInput(call, 2)?.[0] ?? intAttr(call.node, "axis", call.opset < 20 ? 1 : -2);
    const axis = normalizeAxis(named, x.shape.length);
    const inverse = intAttr(call.node, "inverse", 0) !== 0;
    const onesided = intAttr(call.node, "onesided", 0) !== 0;
    const signal = x.shape[axis] as number;
    const length = integersInput(call, 1)?.[0] ?? (inverse && onesided ? 2 * (signal - 1) : signal);
    return [alongAxis(x, axis, length, inverse, onesided)];
  },
};

function alongAxis(x: Tensor, axis: number, length: number, inverse: boolean, onesided: boolean): Tensor {
  const parts = x.shape.at(-1) as number;
  const { outer, length: signal, inner } = axisView(x.shape.slice(0, -1), axis);
  const source = realsOf(x);
  const bins = onesided && !inverse ? Math.floor(length / 2) + 1 : length;
  const outParts = onesided && inverse ? 1 : 2;
  const out = new Float64Array(outer * bins * inner * outParts);
  const [re, im] = [new Float64Array(length), new Float64Array(length)];
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      for (let k = 0; k < length; k++) {
        const at = ((o * signal + k) * inner + i) * parts;
        re[k] = k < signal ? (source[at] as number) : 0;
        im[k] = k < signal && parts === 2 ? (source[at + 1] as number) : 0;
      }
      if (onesided && inverse) mirror(re, im);
      const spectrum = fourierTransform(re, im, bins, inverse);
      for (let k = 0; k < bins; k++) {
        const at = ((o * bins + k) * inner + i) * outParts;
        out[at] = spectrum.re[k] as number;
        if (outParts === 2) out[at + 1] = spectrum.im[k] as number;
      }
    }
  return encodeReals(x.dtype, [...x.shape.slice(0, -1).with(axis, bins), outParts], out);
}

/** The upper half of a spectrum from the lower, of which it is the conjugate when the signal is real. */
function mirror(re: Float64Array, im: Float64Array): void {
  const { length } = re;
  im[0] = 0;
  if (length % 2 === 0) im[length / 2] = 0;
  for (let k = Math.floor(length / 2) + 1; k < length; k++) {
    re[k] = re[length - k] as number;
    im[k] = -(im[length - k] as number);
  }
}
