import { encodeReals } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { multiplyStacks, productFrame } from "./batched-product.ts";
import { withoutZeroPoint } from "./zero-point.ts";

/** MatMulInteger: (A - a_zero_point)(B - b_zero_point) as int32. */
export const matMulInteger: ReferenceOp = {
  domain: "",
  name: "MatMulInteger",
  run: (call) => {
    const [a, b] = [tensorInput(call, 0), tensorInput(call, 1)];
    const frame = productFrame(a.shape, b.shape);
    const left = withoutZeroPoint(a, optionalTensorInput(call, 2), "row");
    const right = withoutZeroPoint(b, optionalTensorInput(call, 3), "column");
    return [encodeReals("int32", frame.shape, multiplyStacks(left, right, frame))];
  },
};
