import { intsAttr } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { transposed } from "./transposed.ts";

/** Transpose: permutes the axes; without `perm` reverses them. */
export const transpose: ReferenceOp = {
  domain: "",
  name: "Transpose",
  run(call) {
    const data = tensorInput(call, 0);
    const reversed = data.shape.map((_, axis) => data.shape.length - 1 - axis);
    return [transposed(data, intsAttr(call.node, "perm", reversed))];
  },
};
