import type { StaticShape, Tensor } from "../../../ir/index.ts";
import { normalizeAxis, stridedIndices, stridesOf } from "../../numeric.ts";

/**
 * For each element of `shape` which element of the scale belongs to it: one for all, one for each slice along the axis,
 * or, with a block size, one for each block of that many elements along the axis.
 */
export function parameterIndices(shape: StaticShape, scale: Tensor, axis: number, blockSize: number): Int32Array {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (blockSize === 0 && scale.shape.reduce((product, dim) => product * dim, 1) === 1) return new Int32Array(size);
  const at = normalizeAxis(axis, shape.length);
  if (blockSize === 0) {
    if (scale.shape[0] !== shape[at]) throw new RangeError(`${scale.shape[0]} scales along an axis of ${shape[at]}`);
    return stridedIndices(
      shape,
      shape.map((_, i) => (i === at ? 1 : 0)),
    );
  }
  const strides = stridesOf(scale.shape);
  const inner = strides[at] as number;
  const blocks = scale.shape[at] as number;
  if (blocks !== Math.ceil((shape[at] as number) / blockSize)) {
    throw new RangeError(`${blocks} blocks of ${blockSize} along an axis of ${shape[at]}`);
  }
  const out = new Int32Array(size);
  const length = shape[at] as number;
  for (let i = 0; i < size; i++) {
    const k = Math.floor(i / inner) % length;
    out[i] = (Math.floor(i / inner / length) * blocks + Math.floor(k / blockSize)) * inner + (i % inner);
  }
  return out;
}
