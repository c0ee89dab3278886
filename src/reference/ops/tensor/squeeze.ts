import { intsAttr } from "../../../ir/index.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { withShape } from "../../numeric/with-shape.ts";

/** Squeeze: drops the named dimensions of size 1, or all of them; axes are an attribute before opset 13. */
export const squeeze: ReferenceOp = {
  domain: "",
  name: "Squeeze",
  run(call) {
    const data = tensorInput(call, 0);
    const { shape } = data;
    const named = integersInput(call, 1) ?? intsAttr(call.node, "axes");
    const dropped = new Set(named?.map((axis) => normalizeAxis(axis, shape.length)));
    if (named === undefined) shape.forEach((dim, axis) => dim === 1 && dropped.add(axis));
    for (const axis of dropped)
      if (shape[axis] !== 1) throw new RangeError(`Squeeze: dimension ${axis} of [${shape.join(",")}] is not 1`);
    return [
      withShape(
        data,
        shape.filter((_, axis) => !dropped.has(axis)),
      ),
    ];
  },
};
