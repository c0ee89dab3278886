import { integersInput, sequenceInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { sequenceOf } from "./sequence-of.ts";

/** SequenceInsert: the sequence with a tensor put in front of a position, at the end without one. */
export const sequenceInsert: ReferenceOp = {
  domain: "",
  name: "SequenceInsert",
  run(call) {
    const { items, element } = sequenceInput(call, 0);
    const position = integersInput(call, 2)?.[0] ?? items.length;
    const at = position < 0 ? position + items.length : position;
    if (at < 0 || at > items.length) throw new RangeError(`SequenceInsert: position ${position} of ${items.length}`);
    return [sequenceOf(items.toSpliced(at, 0, tensorInput(call, 1)), element)];
  },
};
