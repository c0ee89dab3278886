import { intAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { axisView } from "../../numeric/shape.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** LpNormalization: divides by the 1- or 2-norm along an axis; what has norm 0 stays 0. */
export const lpNormalization: ReferenceOp = {
  domain: "",
  name: "LpNormalization",
  run(call) {
    const x = tensorInput(call, 0);
    const p = intAttr(call.node, "p", 2);
    const { outer, length, inner } = axisView(x.shape, intAttr(call.node, "axis", -1));
    const source = realsOf(x);
    const y = new Float64Array(sizeOf(x.shape));
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const at = (k: number): number => (o * length + k) * inner + i;
        let sum = 0;
        for (let k = 0; k < length; k++) sum += Math.abs(source[at(k)] as number) ** p;
        const norm = sum ** (1 / p);
        if (norm !== 0) for (let k = 0; k < length; k++) y[at(k)] = (source[at(k)] as number) / norm;
      }
    return [encodeReals(x.dtype, x.shape, y)];
  },
};
