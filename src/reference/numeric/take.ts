import type { ElementArray, StaticShape, Tensor } from "../../ir/index.ts";
import { dtypes, sizeOf, tensorFromBytes, tensorFromStrings } from "../../ir/index.ts";
import { codesOf } from "./decode.ts";
import { tensorFromCodes } from "./encode.ts";

/**
 * A tensor whose element i is element `indices[i]` of `source`, bits untouched, for every type. A negative index takes
 * the single element of `fill` (zero, or the empty string, without one).
 */
export function takeElements(source: Tensor, shape: StaticShape, indices: ArrayLike<number>, fill?: Tensor): Tensor {
  return pickElements([source], shape, indices, undefined, fill);
}

/**
 * A tensor whose element i is element `indices[i]` of `sources[from[i]]` (of the first one without `from`); all sources
 * have one type. Concatenation, Where and scattering are picks.
 */
export function pickElements(
  sources: readonly Tensor[],
  shape: StaticShape,
  indices: ArrayLike<number>,
  from?: ArrayLike<number>,
  fill?: Tensor,
): Tensor {
  const first = sources[0];
  if (first === undefined) throw new RangeError("no tensor to take elements from");
  const { dtype } = first;
  for (const source of fill === undefined ? sources : [...sources, fill]) {
    if (source.dtype !== dtype) throw new TypeError(`elements of ${source.dtype} among elements of ${dtype}`);
  }
  const size = sizeOf(shape);
  if (indices.length !== size) throw new RangeError(`[${shape.join(",")}] got ${indices.length} indices`);
  const { bits } = dtypes[dtype];
  if (dtype === "string") {
    const empty = fill?.stringBytes?.[0] ?? new Uint8Array(0);
    const out: Uint8Array[] = [];
    for (let i = 0; i < size; i++) {
      const at = indices[i] as number;
      out.push(at < 0 ? empty : (sources[from?.[i] ?? 0]?.stringBytes?.[at] ?? outside(at)));
    }
    return tensorFromStrings(shape, out);
  }
  if (bits < 8) {
    const codes = copy(new Uint8Array(size), sources.map(codesOf), indices, from, fill && codesOf(fill)[0]);
    return tensorFromCodes(dtype, shape, codes);
  }
  const bytes = new Uint8Array((size * bits) / 8);
  if (bits === 128) copyPairs(bytes, sources, indices, from, fill);
  else {
    copy(
      words(bytes, bits),
      sources.map((source) => words(source.bytes(), bits)),
      indices,
      from,
      fill && words(fill.bytes(), bits)[0],
    );
  }
  return tensorFromBytes(dtype, shape, bytes);
}

function outside(at: number): never {
  throw new RangeError(`no element ${at}`);
}

function copy<A extends ElementArray>(
  out: A,
  sources: readonly A[],
  indices: ArrayLike<number>,
  from: ArrayLike<number> | undefined,
  fill: number | bigint | undefined,
): A {
  let source = sources[0] as A;
  for (let i = 0; i < out.length; i++) {
    const at = indices[i] as number;
    if (at < 0) {
      if (fill !== undefined) out[i] = fill;
      continue;
    }
    if (from !== undefined) source = sources[from[i] as number] as A;
    out[i] = source[at] ?? outside(at);
  }
  return out;
}

/** complex128: two 64-bit words an element. */
function copyPairs(
  bytes: Uint8Array,
  sources: readonly Tensor[],
  indices: ArrayLike<number>,
  from: ArrayLike<number> | undefined,
  fill: Tensor | undefined,
): void {
  const all = sources.map((source) => source.bytes());
  const filler = fill?.bytes();
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i] as number;
    const source = at < 0 ? filler : all[from?.[i] ?? 0];
    if (source !== undefined) bytes.set(source.subarray(Math.max(0, at) * 16, Math.max(0, at) * 16 + 16), i * 16);
  }
}

/** Elements as unsigned words of their width: copying floats as floats could change the bits of a NaN. */
function words(source: Uint8Array, bits: number): ElementArray {
  const width = bits / 8;
  const bytes = source.byteOffset % width === 0 ? source : source.slice();
  const { buffer, byteOffset } = bytes;
  const length = bytes.byteLength / width;
  if (width === 1) return bytes;
  if (width === 2) return new Uint16Array(buffer, byteOffset, length);
  return width === 4 ? new Uint32Array(buffer, byteOffset, length) : new BigUint64Array(buffer, byteOffset, length);
}
