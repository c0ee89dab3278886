import { int64Tensor, sizeOf } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Size: the number of elements as an int64 scalar. */
export const size: ReferenceOp = {
  domain: "",
  name: "Size",
  run: (call) => [int64Tensor([sizeOf(tensorInput(call, 0).shape)], [])],
};
