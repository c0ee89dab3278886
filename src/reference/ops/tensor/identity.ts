import { valueInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Identity: the input, be it tensor, sequence or optional. */
export const identity: ReferenceOp = {
  domain: "",
  name: "Identity",
  run: (call) => [valueInput(call, 0)],
};
