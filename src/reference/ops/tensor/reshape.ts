import { intAttr, intsAttr, sizeOf } from "../../../ir/index.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { withShape } from "../../numeric/with-shape.ts";

/** Reshape: the target is an attribute in opset 1 and an input since 5; 0 copies a dimension unless allowzero is set. */
export const reshape: ReferenceOp = {
  domain: "",
  name: "Reshape",
  run(call) {
    const data = tensorInput(call, 0);
    const target = integersInput(call, 1) ?? intsAttr(call.node, "shape", []);
    const allowZero = intAttr(call.node, "allowzero", 0) !== 0;
    const shape = target.map((dim, axis) => {
      if (dim !== 0 || allowZero) return dim;
      const copied = data.shape[axis];
      if (copied === undefined) throw new RangeError(`Reshape: no dimension ${axis} to copy`);
      return copied;
    });
    const unknown = shape.indexOf(-1);
    if (unknown >= 0) {
      const known = sizeOf(shape.filter((_, axis) => axis !== unknown));
      shape[unknown] = known === 0 ? 0 : sizeOf(data.shape) / known;
    }
    if (shape.some((dim) => dim < 0 || !Number.isInteger(dim)) || sizeOf(shape) !== sizeOf(data.shape))
      throw new RangeError(`Reshape: [${data.shape.join(",")}] does not fit [${target.join(",")}]`);
    return [withShape(data, shape)];
  },
};
