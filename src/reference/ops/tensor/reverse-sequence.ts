import { intAttr } from "../../../ir/index.ts";
import { normalizeAxis, stridesOf } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** ReverseSequence: reverses the first `sequence_lens[b]` steps of the time axis for each entry of the batch axis. */
export const reverseSequence: ReferenceOp = {
  domain: "",
  name: "ReverseSequence",
  run(call) {
    const data = tensorInput(call, 0);
    const { shape } = data;
    const lengths = integersInput(call, 1) ?? [];
    const batchAxis = normalizeAxis(intAttr(call.node, "batch_axis", 1), shape.length);
    const timeAxis = normalizeAxis(intAttr(call.node, "time_axis", 0), shape.length);
    const strides = stridesOf(shape);
    const step = strides[timeAxis] as number;
    const size = shape.reduce((product, dim) => product * dim, 1);
    const coordinate = (position: number, axis: number): number =>
      Math.floor(position / (strides[axis] as number)) % (shape[axis] as number);
    const indices = Int32Array.from({ length: size }, (_, position) => {
      const time = coordinate(position, timeAxis);
      const length = lengths[coordinate(position, batchAxis)] as number;
      return time < length ? position + (length - 1 - 2 * time) * step : position;
    });
    return [takeElements(data, shape, indices)];
  },
};
