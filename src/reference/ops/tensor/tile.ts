import { stridesOf, stridedIndices } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Tile: repeats the tensor along each axis as often as `repeats` says. */
export const tile: ReferenceOp = {
  domain: "",
  name: "Tile",
  run(call) {
    const data = tensorInput(call, 0);
    const repeats = integersInput(call, 1) ?? [];
    if (repeats.length !== data.shape.length)
      throw new RangeError(`Tile: ${repeats.length} repeats for a tensor of rank ${data.shape.length}`);
    const strides = stridesOf(data.shape);
    const blocks = data.shape.flatMap((dim, axis) => [repeats[axis] as number, dim]);
    const steps = strides.flatMap((stride) => [0, stride]);
    const shape = data.shape.map((dim, axis) => dim * (repeats[axis] as number));
    return [takeElements(data, shape, stridedIndices(blocks, steps))];
  },
};
