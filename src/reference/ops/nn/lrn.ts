import { floatAttr, intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { axisView } from "../../numeric/shape.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** LRN: divides by (bias + alpha / size * sum of squares over `size` neighbouring channels) ^ beta. */
export const lrn: ReferenceOp = {
  domain: "",
  name: "LRN",
  run(call) {
    const x = tensorInput(call, 0);
    const size = intAttr(call.node, "size", 1);
    const alpha = floatAttr(call.node, "alpha", 1e-4);
    const beta = floatAttr(call.node, "beta", 0.75);
    const bias = floatAttr(call.node, "bias", 1);
    const { outer, length, inner } = axisView(x.shape, 1);
    const source = realsOf(x);
    const y = new Float64Array(source.length);
    for (let o = 0; o < outer; o++)
      for (let c = 0; c < length; c++) {
        const first = Math.max(0, c - Math.floor((size - 1) / 2));
        const last = Math.min(length - 1, c + Math.ceil((size - 1) / 2));
        for (let i = 0; i < inner; i++) {
          let squares = 0;
          for (let k = first; k <= last; k++) squares += (source[(o * length + k) * inner + i] as number) ** 2;
          const at = (o * length + c) * inner + i;
          y[at] = (source[at] as number) / (bias + (alpha / size) * squares) ** beta;
        }
      }
    return [encodeReals(x.dtype, x.shape, y)];
  },
};
