import { intAttr, sizeOf } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { withShape } from "../../numeric/with-shape.ts";

/** Flatten: to a matrix, split before `axis`, which may equal the rank and be negative since opset 11. */
export const flatten: ReferenceOp = {
  domain: "",
  name: "Flatten",
  run(call) {
    const data = tensorInput(call, 0);
    const rank = data.shape.length;
    const axis = intAttr(call.node, "axis", 1);
    const at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at > rank) throw new RangeError(`Flatten: axis ${axis} of a tensor of rank ${rank}`);
    return [withShape(data, [sizeOf(data.shape.slice(0, at)), sizeOf(data.shape.slice(at))])];
  },
};
