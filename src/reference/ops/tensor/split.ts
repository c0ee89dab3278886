import { intAttr, intsAttr } from "../../../ir/index.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { splitAlong } from "./sliced.ts";

/**
 * Split: into the lengths given (attribute before opset 13, input since), or into equal parts, as many as there are
 * outputs or as num_outputs says; since opset 18 the last of them may be smaller.
 */
export const split: ReferenceOp = {
  domain: "",
  name: "Split",
  run(call) {
    const data = tensorInput(call, 0);
    const axis = normalizeAxis(intAttr(call.node, "axis", 0), data.shape.length);
    const given = integersInput(call, 1) ?? intsAttr(call.node, "split");
    if (given !== undefined) return splitAlong(data, axis, given);
    const parts = intAttr(call.node, "num_outputs", call.node.outputs.length);
    const total = data.shape[axis] as number;
    if (call.opset < 18 && total % parts !== 0)
      throw new RangeError(`Split: ${total} does not divide into ${parts} equal parts`);
    const length = Math.ceil(total / parts);
    const lengths = Array.from({ length: parts }, (_, part) => Math.max(0, Math.min(length, total - part * length)));
    return splitAlong(data, axis, lengths);
  },
};
