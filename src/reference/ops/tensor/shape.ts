import { int64Tensor, intAttr } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Shape: the dimensions as int64; since opset 15 a range of them, both ends clamped to the rank. */
export const shape: ReferenceOp = {
  domain: "",
  name: "Shape",
  run(call) {
    const dims = tensorInput(call, 0).shape;
    const clamp = (at: number): number => Math.max(0, Math.min(dims.length, at < 0 ? at + dims.length : at));
    const start = clamp(intAttr(call.node, "start", 0));
    const end = clamp(intAttr(call.node, "end", dims.length));
    return [int64Tensor(dims.slice(start, Math.max(start, end)))];
  },
};
