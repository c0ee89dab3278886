import { intsAttr } from "../../../ir/index.ts";
import { normalizeAxis, stridedIndices, stridesOf } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Slice: ranges along axes, clamped as in numpy; attributes before opset 10, inputs with steps of either sign since. */
export const slice: ReferenceOp = {
  domain: "",
  name: "Slice",
  run(call) {
    const data = tensorInput(call, 0);
    const starts = integersInput(call, 1) ?? intsAttr(call.node, "starts", []);
    const ends = integersInput(call, 2) ?? intsAttr(call.node, "ends", []);
    const axes = integersInput(call, 3) ?? intsAttr(call.node, "axes") ?? starts.map((_, axis) => axis);
    const steps = integersInput(call, 4) ?? starts.map(() => 1);
    const shape = [...data.shape];
    const strides = stridesOf(shape);
    let offset = 0;
    axes.forEach((named, i) => {
      const axis = normalizeAxis(named, shape.length);
      const dim = data.shape[axis] as number;
      const step = steps[i] as number;
      const { start, length } = clampedRange(starts[i] as number, ends[i] as number, step, dim);
      offset += start * (strides[axis] as number);
      shape[axis] = length;
      strides[axis] = (strides[axis] as number) * step;
    });
    return [takeElements(data, shape, stridedIndices(shape, strides, offset))];
  },
};

/** The first position and the number of positions of start:end:step in a dimension, clamped as the specification says. */
function clampedRange(start: number, end: number, step: number, dim: number): { start: number; length: number } {
  if (step === 0) throw new RangeError("Slice: a step of 0");
  if (dim === 0) return { start: 0, length: 0 };
  const clamp = (at: number, low: number, high: number): number =>
    Math.max(low, Math.min(high, at < 0 ? at + dim : at));
  const first = clamp(start, 0, step > 0 ? dim : dim - 1);
  const last = step > 0 ? clamp(end, 0, dim) : clamp(end, -1, dim - 1);
  const length = Math.max(0, Math.ceil((last - first) / step));
  return { start: length === 0 ? 0 : first, length };
}
