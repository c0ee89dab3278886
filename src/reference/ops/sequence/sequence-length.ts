import { int64Tensor } from "../../../ir/index.ts";
import { sequenceInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** SequenceLength: the number of elements as an int64 scalar. */
export const sequenceLength: ReferenceOp = {
  domain: "",
  name: "SequenceLength",
  run: (call) => [int64Tensor([sequenceInput(call, 0).items.length], [])],
};
