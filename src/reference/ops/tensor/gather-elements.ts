import { intAttr } from "../../../ir/index.ts";
import { integersOf } from "../../numeric/decode.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { elementPositions } from "./element-positions.ts";

/** GatherElements: the element at the same place as the index, with the coordinate on `axis` taken from the index. */
export const gatherElements: ReferenceOp = {
  domain: "",
  name: "GatherElements",
  run(call) {
    const data = tensorInput(call, 0);
    const indices = tensorInput(call, 1);
    const axis = normalizeAxis(intAttr(call.node, "axis", 0), data.shape.length);
    const positions = elementPositions(data.shape, indices.shape, integersOf(indices), axis);
    return [takeElements(data, indices.shape, positions)];
  },
};
