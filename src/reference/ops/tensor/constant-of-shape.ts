import { float32Scalar, sizeOf, tensorAttr } from "../../../ir/index.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** ConstantOfShape: a tensor full of the attribute's one element, float32 zero without it. */
export const constantOfShape: ReferenceOp = {
  domain: "",
  name: "ConstantOfShape",
  run(call) {
    const shape = integersInput(call, 0) ?? [];
    const value = tensorAttr(call.node, "value") ?? float32Scalar(0);
    return [takeElements(value, shape, new Int32Array(sizeOf(shape)))];
  },
};
