import { intAttr } from "../../../ir/index.ts";
import { axisView, normalizeAxis } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { normalizeIndex } from "./normalize-index.ts";

/** Gather: slices along an axis at the indices given; negative indices count from the end. */
export const gather: ReferenceOp = {
  domain: "",
  name: "Gather",
  run(call) {
    const data = tensorInput(call, 0);
    const wanted = tensorInput(call, 1);
    const axis = normalizeAxis(intAttr(call.node, "axis", 0), data.shape.length);
    const { outer, length, inner } = axisView(data.shape, axis);
    const at = (integersInput(call, 1) ?? []).map((index) => normalizeIndex(index, length));
    const indices = new Int32Array(outer * at.length * inner);
    let filled = 0;
    for (let o = 0; o < outer; o++)
      for (const index of at) {
        const start = (o * length + index) * inner;
        for (let i = 0; i < inner; i++) indices[filled++] = start + i;
      }
    return [takeElements(data, data.shape.toSpliced(axis, 1, ...wanted.shape), indices)];
  },
};
