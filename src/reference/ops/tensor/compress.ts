import { intAttr, numbersOf, sizeOf } from "../../../ir/index.ts";
import { axisView, normalizeAxis } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Compress: keeps the slices along `axis` (of the flattened tensor without one) for which the condition holds. */
export const compress: ReferenceOp = {
  domain: "",
  name: "Compress",
  run(call) {
    const data = tensorInput(call, 0);
    const named = intAttr(call.node, "axis");
    const shape = named === undefined ? [sizeOf(data.shape)] : data.shape;
    const axis = normalizeAxis(named ?? 0, shape.length);
    const { outer, length, inner } = axisView(shape, axis);
    const kept: number[] = [];
    Array.from(numbersOf(tensorInput(call, 1))).forEach((flag, i) => flag !== 0 && i < length && kept.push(i));
    const indices = new Int32Array(outer * kept.length * inner);
    let filled = 0;
    for (let o = 0; o < outer; o++)
      for (const k of kept) for (let i = 0; i < inner; i++) indices[filled++] = (o * length + k) * inner + i;
    return [takeElements(data, shape.with(axis, kept.length), indices)];
  },
};
