import { integersInput, sequenceInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { normalizeIndex } from "../tensor/normalize-index.ts";

/** SequenceAt: the element at a position, negative from the end. */
export const sequenceAt: ReferenceOp = {
  domain: "",
  name: "SequenceAt",
  run(call) {
    const { items } = sequenceInput(call, 0);
    return [items[normalizeIndex(integersInput(call, 1)?.[0] ?? 0, items.length)]];
  },
};
