import { intAttr, isTensor } from "../../../ir/index.ts";
import { sequenceInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { concatenated, stacked } from "../tensor/concatenated.ts";

/** ConcatFromSequence: the tensors of a sequence joined along an axis, or stacked along a new one. */
export const concatFromSequence: ReferenceOp = {
  domain: "",
  name: "ConcatFromSequence",
  run(call) {
    const tensors = sequenceInput(call, 0).items.filter(isTensor);
    const axis = intAttr(call.node, "axis", 0);
    return [intAttr(call.node, "new_axis", 0) !== 0 ? stacked(tensors, axis) : concatenated(tensors, axis)];
  },
};
