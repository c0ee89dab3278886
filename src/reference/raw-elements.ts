import type { DType, StaticShape, Tensor } from "../ir/index.ts";
import { byteLengthOf, dtypes, sizeOf, tensorFromBytes, tensorFromStrings } from "../ir/index.ts";

/**
 * The elements of a tensor as bit patterns, one entry each, whatever the type: packed types unpacked to a byte each,
 * strings and complex128 as one byte array each. For operators that move elements and never look at them.
 */
export type RawElements = Uint8Array | Uint16Array | Uint32Array | BigUint64Array | Uint8Array[];

/** The bit patterns of a tensor's elements. May be a view of the tensor: not to be written to. */
export function rawElements(tensor: Tensor): RawElements {
  if (tensor.stringBytes !== undefined) return [...tensor.stringBytes];
  const bytes = tensor.bytes();
  const { bits } = dtypes[tensor.dtype];
  if (bits === 128) return Array.from({ length: sizeOf(tensor.shape) }, (_, i) => bytes.subarray(16 * i, 16 * i + 16));
  if (bits < 8) return unpack(bytes, bits, sizeOf(tensor.shape));
  return viewAs(bits, bytes);
}

/** Zeroed bit patterns for `size` elements (empty strings for string tensors). */
export function zeroElements(dtype: DType, size: number): RawElements {
  const { bits } = dtypes[dtype];
  if (bits === 0) return Array.from({ length: size }, () => new Uint8Array(0));
  if (bits === 128) return Array.from({ length: size }, () => new Uint8Array(16));
  return viewAs(Math.max(8, bits), new Uint8Array((Math.max(8, bits) / 8) * size));
}

/** The tensor whose elements have these bit patterns; the patterns are not copied where the layout allows it. */
export function tensorFromRaw(dtype: DType, shape: StaticShape, raw: RawElements): Tensor {
  if (raw instanceof Array) {
    if (dtype === "string") return tensorFromStrings(shape, raw);
    const joined = new Uint8Array(16 * raw.length);
    raw.forEach((bytes, i) => joined.set(bytes, 16 * i));
    return tensorFromBytes(dtype, shape, joined);
  }
  const { bits } = dtypes[dtype];
  if (bits < 8) return tensorFromBytes(dtype, shape, pack(raw as Uint8Array, bits, byteLengthOf(dtype, raw.length)));
  return tensorFromBytes(dtype, shape, new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength));
}

/**
 * The tensor whose element i is element `sources[i]` of the input; where a source is negative, the fill (a tensor of one
 * element of the same type), or zero without one.
 */
export function takeElements(tensor: Tensor, shape: StaticShape, sources: ArrayLike<number>, fill?: Tensor): Tensor {
  const from = rawElements(tensor);
  const into = zeroElements(tensor.dtype, sources.length);
  const filler = fill === undefined ? undefined : rawElements(fill)[0];
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i] as number;
    if (source >= 0) into[i] = from[source] as never;
    else if (filler !== undefined) into[i] = filler as never;
  }
  return tensorFromRaw(tensor.dtype, shape, into);
}

function viewAs(bits: number, source: Uint8Array): RawElements {
  const bytes = source.byteOffset % (bits / 8) === 0 ? source : source.slice();
  const length = (bytes.byteLength * 8) / bits;
  if (bits === 8) return bytes;
  if (bits === 16) return new Uint16Array(bytes.buffer, bytes.byteOffset, length);
  if (bits === 32) return new Uint32Array(bytes.buffer, bytes.byteOffset, length);
  return new BigUint64Array(bytes.buffer, bytes.byteOffset, length);
}

function unpack(bytes: Uint8Array, bits: number, size: number): Uint8Array {
  const out = new Uint8Array(size);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  for (let i = 0; i < size; i++) out[i] = ((bytes[Math.floor(i / perByte)] as number) >> ((i % perByte) * bits)) & mask;
  return out;
}

function pack(elements: Uint8Array, bits: number, byteLength: number): Uint8Array {
  const out = new Uint8Array(byteLength);
  const perByte = 8 / bits;
  for (let i = 0; i < elements.length; i++) {
    const at = Math.floor(i / perByte);
    out[at] = (out[at] as number) | ((elements[i] as number) << ((i % perByte) * bits));
  }
  return out;
}
