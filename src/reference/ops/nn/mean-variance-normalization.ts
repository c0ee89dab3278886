import { intsAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { normalizeAxis, stridedIndices, stridesOf } from "../../numeric/shape.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** MeanVarianceNormalization: (x - mean) / (deviation + 1e-9) over the named axes, [0, 2, 3] by default. */
export const meanVarianceNormalization: ReferenceOp = {
  domain: "",
  name: "MeanVarianceNormalization",
  run(call) {
    const x = tensorInput(call, 0);
    const named = intsAttr(call.node, "axes", [0, 2, 3]).map((axis) => normalizeAxis(axis, x.shape.length));
    const strides = stridesOf(x.shape);
    const sub = (kept: boolean): Int32Array => {
      const list = [...x.shape.keys()].filter((axis) => named.includes(axis) !== kept);
      return stridedIndices(
        list.map((axis) => x.shape[axis] as number),
        list.map((axis) => strides[axis] as number),
      );
    };
    const within = sub(false);
    const source = realsOf(x);
    const y = new Float64Array(source.length);
    for (const start of sub(true)) {
      const values = Float64Array.from(within, (offset) => source[start + offset] as number);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      within.forEach((offset, i) => {
        y[start + offset] = ((values[i] as number) - mean) / (Math.sqrt(variance) + 1e-9);
      });
    }
    return [encodeReals(x.dtype, x.shape, y)];
  },
};
