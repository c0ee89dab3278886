import { floatAttr, floatsAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** ImageScaler: scale x + bias of the channel, for pictures [batch, channels, height, width]. */
export const imageScaler: ReferenceOp = {
  domain: "",
  name: "ImageScaler",
  run: (call) => {
    const x = tensorInput(call, 0);
    const [, channels = 1, height = 1, width = 1] = x.shape;
    const scale = floatAttr(call.node, "scale", 1);
    const bias = floatsAttr(call.node, "bias") ?? [];
    const values = realsOf(x);
    for (let i = 0; i < values.length; i++) {
      values[i] = scale * (values[i] as number) + (bias[Math.floor(i / (height * width)) % channels] ?? 0);
    }
    return [encodeReals(x.dtype, x.shape, values)];
  },
};
