import { floatAttr, intAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { broadcastReals } from "./broadcast-reals.ts";

/** RMSNormalization: divides by the root mean square over the axes from `axis` on, then scales. */
export const rmsNormalization: ReferenceOp = {
  domain: "",
  name: "RMSNormalization",
  run(call) {
    const x = tensorInput(call, 0);
    const weights = tensorInput(call, 1);
    const scale = broadcastReals(weights, x);
    const epsilon = floatAttr(call.node, "epsilon", 1e-5);
    const axis = normalizeAxis(intAttr(call.node, "axis", -1), x.shape.length);
    const length = sizeOf(x.shape.slice(axis));
    const y = realsOf(x);
    for (let start = 0; start < y.length; start += length) {
      let squares = 0;
      for (let i = start; i < start + length; i++) squares += (y[i] as number) ** 2;
      const root = Math.sqrt(squares / length + epsilon);
      for (let i = start; i < start + length; i++) y[i] = ((y[i] as number) / root) * scale(i);
    }
    return [encodeReals(weights.dtype, x.shape, y)];
  },
};
