import type { Tensor } from "../../src/ir/index.ts";
import { dtypes, tensorFromBytes } from "../../src/ir/index.ts";
import type { Permutation } from "./permutation.ts";
import { permute } from "./permutation.ts";

/** A constant with its axes in another order. Its elements must be whole bytes. */
export function permuteTensor(tensor: Tensor, perm: Permutation): Tensor {
  const size = dtypes[tensor.dtype].bits / 8;
  if (size < 1) throw new Error(`elements of ${tensor.dtype} are no whole bytes`);
  const source = tensor.bytes();
  const target = new Uint8Array(source.byteLength);
  const shape = permute(tensor.shape, perm);
  const strides = permute(rowMajorStrides(tensor.shape), perm);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < target.byteLength; to += size) {
    for (let b = 0; b < size; b++) target[to + b] = source[from * size + b] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      from += strides[axis] as number;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      from -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return tensorFromBytes(tensor.dtype, shape, target);
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
}

/**
 * The same elements with leading axes of size 1 up to `rank`, as broadcasting sees them; undefined for types whose
 * elements are no whole bytes.
 */
export function alignRank(tensor: Tensor, rank: number): Tensor | undefined {
  if (dtypes[tensor.dtype].bits < 8 || tensor.shape.length > rank) return undefined;
  const lead = new Array<number>(rank - tensor.shape.length).fill(1);
  return lead.length === 0 ? tensor : tensorFromBytes(tensor.dtype, [...lead, ...tensor.shape], tensor.bytes());
}
