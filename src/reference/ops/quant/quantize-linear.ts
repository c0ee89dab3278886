import type { DType } from "../../../ir/index.ts";
import { dtypeFromCode, intAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf, roundingTo } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { parameterIndices } from "./parameter-index.ts";
import { quantizerFor } from "./quantizer.ts";

/** QuantizeLinear: saturate(round(x / scale) + zero point), per tensor, per slice of an axis, or blocked. */
export const quantizeLinear: ReferenceOp = {
  domain: "",
  name: "QuantizeLinear",
  run: (call) => {
    const [x, scale, zeroPoint] = [tensorInput(call, 0), tensorInput(call, 1), optionalTensorInput(call, 2)];
    const to = zeroPoint?.dtype ?? typeAttribute(call, "output_dtype") ?? "uint8";
    const index = parameterIndices(x.shape, scale, intAttr(call.node, "axis", 1), intAttr(call.node, "block_size", 0));
    const divide = roundingTo(divisionType(call, scale.dtype));
    const quantize = quantizerFor(to);
    const values = realsOf(x);
    const scales = realsOf(scale);
    const zeros = zeroPoint === undefined ? undefined : realsOf(zeroPoint);
    for (let i = 0; i < values.length; i++) {
      const at = index[i] as number;
      values[i] = quantize(divide((values[i] as number) / (scales[at] as number)), zeros?.[at] ?? 0);
    }
    return [encodeReals(to, x.shape, values, { saturate: intAttr(call.node, "saturate", 1) === 1 })];
  },
};

/** The type in which x / scale is rounded: attribute precision, else the scale's type where it is one to compute in. */
function divisionType(call: OpCall, scale: DType): DType {
  const computable = scale === "float16" || scale === "bfloat16" || scale === "float64" ? scale : "float32";
  return typeAttribute(call, "precision") ?? computable;
}

/** An attribute that holds an element type; undefined when absent or 0. */
function typeAttribute(call: OpCall, name: string): DType | undefined {
  return dtypeFromCode(intAttr(call.node, name, 0));
}
