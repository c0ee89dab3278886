import { dtypeFromCode, intAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { parameterIndices } from "./parameter-index.ts";

/** DequantizeLinear: (x - zero point) scale, per tensor, per slice of an axis, or blocked; in the scale's type unless told. */
export const dequantizeLinear: ReferenceOp = {
  domain: "",
  name: "DequantizeLinear",
  run: (call) => {
    const [x, scale, zeroPoint] = [tensorInput(call, 0), tensorInput(call, 1), optionalTensorInput(call, 2)];
    const scaleType = scale.dtype === "float8e8m0" ? "float32" : scale.dtype;
    const to = dtypeFromCode(intAttr(call.node, "output_dtype", 0)) ?? scaleType;
    const index = parameterIndices(x.shape, scale, intAttr(call.node, "axis", 1), intAttr(call.node, "block_size", 0));
    const values = realsOf(x);
    const scales = realsOf(scale);
    const zeros = zeroPoint === undefined ? undefined : realsOf(zeroPoint);
    for (let i = 0; i < values.length; i++) {
      const at = index[i] as number;
      values[i] = ((values[i] as number) - (zeros?.[at] ?? 0)) * (scales[at] as number);
    }
    return [encodeReals(to, x.shape, values)];
  },
};
