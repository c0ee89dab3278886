import { dtypeFromCode, intAttr } from "../../../ir/index.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** EyeLike: ones on diagonal `k` of a matrix of the input's shape; its type unless `dtype` names another. */
export const eyeLike: ReferenceOp = {
  domain: "",
  name: "EyeLike",
  run(call) {
    const { dtype, shape } = tensorInput(call, 0);
    const [rows, columns] = shape;
    if (rows === undefined || columns === undefined || shape.length !== 2)
      throw new RangeError(`EyeLike: [${shape.join(",")}] is not a matrix`);
    const k = intAttr(call.node, "k", 0);
    const ones = new Float64Array(rows * columns);
    for (let row = Math.max(0, -k); row < rows && row + k < columns; row++) ones[row * columns + row + k] = 1;
    const code = intAttr(call.node, "dtype");
    return [encodeReals((code === undefined ? undefined : dtypeFromCode(code)) ?? dtype, shape, ones)];
  },
};
