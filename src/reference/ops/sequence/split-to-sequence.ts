import { intAttr, tensorType } from "../../../ir/index.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { integersInput, optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { elementAlong, splitAlong } from "../tensor/sliced.ts";
import { sequenceOf } from "./sequence-of.ts";

/** SplitToSequence: parts of the lengths given, of one length each (a scalar), or single slices with or without the axis. */
export const splitToSequence: ReferenceOp = {
  domain: "",
  name: "SplitToSequence",
  run(call) {
    const data = tensorInput(call, 0);
    const axis = normalizeAxis(intAttr(call.node, "axis", 0), data.shape.length);
    const total = data.shape[axis] as number;
    const given = integersInput(call, 1);
    if (given === undefined) {
      const keep = intAttr(call.node, "keepdims", 1) !== 0;
      const slices = keep
        ? splitAlong(data, axis, new Array<number>(total).fill(1))
        : Array.from({ length: total }, (_, i) => elementAlong(data, axis, i));
      return [sequenceOf(slices, tensorType(data.dtype))];
    }
    const isScalar = optionalTensorInput(call, 1)?.shape.length === 0;
    const lengths = isScalar ? chunks(total, given[0] as number) : given;
    return [sequenceOf(splitAlong(data, axis, lengths), tensorType(data.dtype))];
  },
};

/** Parts of one length; the last is smaller when it does not divide the total. */
function chunks(total: number, length: number): number[] {
  if (length <= 0) throw new RangeError(`SplitToSequence: parts of length ${length}`);
  return Array.from({ length: Math.ceil(total / length) }, (_, i) => Math.min(length, total - i * length));
}
