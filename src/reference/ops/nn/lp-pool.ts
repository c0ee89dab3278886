import { intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import type { ReferenceOp } from "../../types.ts";
import { poolingOf } from "./pool.ts";

/** LpPool: the p-norm of each window. */
export const lpPool: ReferenceOp = {
  domain: "",
  name: "LpPool",
  run(call) {
    const { x, shape, planes, plane, outputs, positions, taps } = poolingOf(call);
    const p = intAttr(call.node, "p", 2);
    const powers = realsOf(x).map((value) => Math.abs(value) ** p);
    const y = new Float64Array(planes * outputs);
    for (let i = 0; i < planes; i++)
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let t = o * taps; t < (o + 1) * taps; t++) {
          const at = positions[t] as number;
          if (at >= 0) sum += powers[i * plane + at] as number;
        }
        y[i * outputs + o] = sum ** (1 / p);
      }
    return [encodeReals(x.dtype, shape, y)];
  },
};
