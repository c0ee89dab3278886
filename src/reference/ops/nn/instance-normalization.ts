import { floatAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { momentsOf } from "./moments.ts";

/** InstanceNormalization: each plane by its own mean and variance, then scale and bias of its channel. */
export const instanceNormalization: ReferenceOp = {
  domain: "",
  name: "InstanceNormalization",
  run(call) {
    const x = tensorInput(call, 0);
    const scale = realsOf(tensorInput(call, 1));
    const bias = realsOf(tensorInput(call, 2));
    const epsilon = floatAttr(call.node, "epsilon", 1e-5);
    const plane = sizeOf(x.shape.slice(2));
    const y = realsOf(x);
    for (let start = 0, p = 0; start < y.length; start += plane, p++) {
      const { mean, variance } = momentsOf(y, start, plane);
      const c = p % scale.length;
      const factor = (scale[c] as number) / Math.sqrt(variance + epsilon);
      for (let i = start; i < start + plane; i++) y[i] = ((y[i] as number) - mean) * factor + (bias[c] as number);
    }
    return [encodeReals(x.dtype, x.shape, y)];
  },
};
