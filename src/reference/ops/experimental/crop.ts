import { intsAttr } from "../../../ir/index.ts";
import { stridedIndices, stridesOf, takeElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Crop: a picture less its border [left, top, right, bottom], or the part of size `scale` [height, width] at left, top. */
export const crop: ReferenceOp = {
  domain: "",
  name: "Crop",
  run: (call) => {
    const x = tensorInput(call, 0);
    const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
    const [left = 0, top = 0, right = 0, bottom = 0] = intsAttr(call.node, "border", []);
    const [cropHeight, cropWidth] = intsAttr(call.node, "scale") ?? [height - top - bottom, width - left - right];
    const shape = [batch, channels, cropHeight ?? 0, cropWidth ?? 0];
    return [takeElements(x, shape, stridedIndices(shape, stridesOf(x.shape), top * width + left))];
  },
};
