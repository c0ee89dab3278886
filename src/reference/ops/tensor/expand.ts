import { broadcastIndices, broadcastShapes } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Expand: broadcasts data with the shape given, in both directions. */
export const expand: ReferenceOp = {
  domain: "",
  name: "Expand",
  run(call) {
    const data = tensorInput(call, 0);
    const shape = broadcastShapes(data.shape, integersInput(call, 1) ?? []);
    const indices = broadcastIndices(data.shape, shape);
    return [indices === undefined ? data : takeElements(data, shape, indices)];
  },
};
