import { intAttr } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { concatenated } from "./concatenated.ts";

/** Concat: joins tensors along an axis, which defaults to 1 in opset 1 and is required since 4. */
export const concat: ReferenceOp = {
  domain: "",
  name: "Concat",
  run: (call) => [
    concatenated(
      call.inputs.map((_, index) => tensorInput(call, index)),
      intAttr(call.node, "axis", 1),
    ),
  ],
};
