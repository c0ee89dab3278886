import type { Tensor } from "../ir/index.ts";
import { dtypes, sizeOf, tensorFromBytes } from "../ir/index.ts";

/** Bytes between neighbours on `axis`; throws for types of less than a byte. */
function strideOf(tensor: Tensor, axis: number): number {
  const { bits } = dtypes[tensor.dtype];
  if (bits < 8) throw new TypeError(`${tensor.dtype} elements cannot be cut apart`);
  return sizeOf(tensor.shape.slice(axis + 1)) * (bits / 8);
}

/** The tensor with only the `kept` places of `axis`, in their order. */
export function takeAlong(tensor: Tensor, axis: number, kept: readonly number[]): Tensor {
  const count = tensor.shape[axis] ?? 0;
  const stride = strideOf(tensor, axis);
  const source = tensor.bytes();
  const outer = sizeOf(tensor.shape.slice(0, axis));
  const bytes = new Uint8Array(outer * kept.length * stride);
  let to = 0;
  for (let o = 0; o < outer; o++)
    for (const place of kept) {
      const from = (o * count + place) * stride;
      bytes.set(source.subarray(from, from + stride), to);
      to += stride;
    }
  const shape = tensor.shape.map((dim, i) => (i === axis ? kept.length : dim));
  return tensorFromBytes(tensor.dtype, shape, bytes);
}

/** The tensor with zeros at all places of `axis` that are not `kept`. */
export function zeroAlong(tensor: Tensor, axis: number, kept: readonly number[]): Tensor {
  const count = tensor.shape[axis] ?? 0;
  const stride = strideOf(tensor, axis);
  const bytes = tensor.bytes().slice();
  const stays = new Set(kept);
  for (let at = 0, place = 0; at < bytes.length; at += stride, place = (place + 1) % count)
    if (!stays.has(place)) bytes.fill(0, at, at + stride);
  return tensorFromBytes(tensor.dtype, tensor.shape, bytes);
}
