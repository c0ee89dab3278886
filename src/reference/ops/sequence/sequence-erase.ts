import { integersInput, sequenceInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { normalizeIndex } from "../tensor/normalize-index.ts";
import { sequenceOf } from "./sequence-of.ts";

/** SequenceErase: the sequence without the element at a position, the last without one. */
export const sequenceErase: ReferenceOp = {
  domain: "",
  name: "SequenceErase",
  run(call) {
    const { items, element } = sequenceInput(call, 0);
    const at = normalizeIndex(integersInput(call, 1)?.[0] ?? -1, items.length);
    return [sequenceOf(items.toSpliced(at, 1), element)];
  },
};
