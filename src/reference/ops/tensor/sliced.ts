import type { Tensor } from "../../../ir/index.ts";
import { stridedIndices, stridesOf } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";

/** The part of a tensor from `start`, `length` elements `step` apart, along one axis. */
export function slicedAlong(tensor: Tensor, axis: number, start: number, length: number, step = 1): Tensor {
  const strides = stridesOf(tensor.shape);
  const stride = strides[axis] as number;
  const shape = tensor.shape.with(axis, length);
  return takeElements(tensor, shape, stridedIndices(shape, strides.with(axis, stride * step), start * stride));
}

/** The tensor of one rank less that stands at `index` along an axis. */
export function elementAlong(tensor: Tensor, axis: number, index: number): Tensor {
  const strides = stridesOf(tensor.shape);
  const shape = tensor.shape.toSpliced(axis, 1);
  return takeElements(
    tensor,
    shape,
    stridedIndices(shape, strides.toSpliced(axis, 1), index * (strides[axis] as number)),
  );
}

/** The tensor cut along an axis into parts of the given lengths. */
export function splitAlong(tensor: Tensor, axis: number, lengths: readonly number[]): Tensor[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== tensor.shape[axis] || lengths.some((length) => length < 0))
    throw new RangeError(
      `parts of [${lengths.join(",")}] do not make up dimension ${axis} of [${tensor.shape.join(",")}]`,
    );
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return slicedAlong(tensor, axis, start - length, length);
  });
}
