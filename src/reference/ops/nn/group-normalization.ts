import { floatAttr, intAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { momentsOf } from "./moments.ts";

/** GroupNormalization: groups of channels by their own statistics; scale and bias per group in opset 18, per channel since 21. */
export const groupNormalization: ReferenceOp = {
  domain: "",
  name: "GroupNormalization",
  run(call) {
    const x = tensorInput(call, 0);
    const scale = realsOf(tensorInput(call, 1));
    const bias = realsOf(tensorInput(call, 2));
    const groups = intAttr(call.node, "num_groups", 1);
    const epsilon = floatAttr(call.node, "epsilon", 1e-5);
    const channels = x.shape[1] as number;
    const plane = sizeOf(x.shape.slice(2));
    const length = (channels / groups) * plane;
    const y = realsOf(x);
    for (let start = 0; start < y.length; start += length) {
      const { mean, variance } = momentsOf(y, start, length);
      for (let i = start; i < start + length; i++) {
        const channel = Math.floor(i / plane) % channels;
        const at = call.opset < 21 ? Math.floor((channel * groups) / channels) : channel;
        y[i] =
          (((y[i] as number) - mean) / Math.sqrt(variance + epsilon)) * (scale[at] as number) + (bias[at] as number);
      }
    }
    return [encodeReals(x.dtype, x.shape, y)];
  },
};
