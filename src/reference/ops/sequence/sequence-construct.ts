import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { sequenceOf } from "./sequence-of.ts";

/** SequenceConstruct: the sequence of the inputs. */
export const sequenceConstruct: ReferenceOp = {
  domain: "",
  name: "SequenceConstruct",
  run: (call) => [sequenceOf(call.inputs.map((_, i) => tensorInput(call, i)))],
};
