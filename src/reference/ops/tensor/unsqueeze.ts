import { intsAttr } from "../../../ir/index.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { withShape } from "../../numeric/with-shape.ts";

/** Unsqueeze: inserts dimensions of size 1 at axes of the output; an attribute before opset 13, an input since. */
export const unsqueeze: ReferenceOp = {
  domain: "",
  name: "Unsqueeze",
  run(call) {
    const data = tensorInput(call, 0);
    const axes = integersInput(call, 1) ?? intsAttr(call.node, "axes", []);
    const rank = data.shape.length + axes.length;
    const inserted = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
    if (inserted.size !== axes.length) throw new RangeError(`Unsqueeze: axes [${axes.join(",")}] repeat`);
    const rest = [...data.shape];
    const shape = Array.from({ length: rank }, (_, axis) => (inserted.has(axis) ? 1 : (rest.shift() as number)));
    return [withShape(data, shape)];
  },
};
