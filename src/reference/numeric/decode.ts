import type { DType, Tensor } from "../../ir/index.ts";
import { dtypes, elementsOf, fromBFloat16Bits, numbersOf, sizeOf, unpackElements } from "../../ir/index.ts";
import { fromSmallFloatBits, isSmallFloat } from "./small-float.ts";

/** How the interpreter computes with a type: doubles, exact 64-bit integers, pairs of doubles, or strings. */
export type Domain = "real" | "bigint" | "complex" | "string";

/** The domain in which elements of a type are computed. */
export function domainOf(dtype: DType): Domain {
  if (dtype === "int64" || dtype === "uint64") return "bigint";
  const { kind } = dtypes[dtype];
  return kind === "complex" || kind === "string" ? kind : "real";
}

/**
 * The elements as doubles, in a fresh array that the caller may write to: every real type exact, bool as 0 or 1, 64-bit
 * integers rounded to double. Complex and string tensors throw TypeError.
 */
export function realsOf(tensor: Tensor): Float64Array {
  const { dtype } = tensor;
  if (dtype === "float16") return decodeHalf(elementsOf(tensor) as Uint16Array);
  if (dtype === "bfloat16") return Float64Array.from(elementsOf(tensor) as Uint16Array, fromBFloat16Bits);
  if (isSmallFloat(dtype)) {
    const table = Float64Array.from({ length: 1 << dtypes[dtype].bits }, (_, code) => fromSmallFloatBits(dtype, code));
    return Float64Array.from(codesOf(tensor), (code) => table[code] as number);
  }
  const domain = domainOf(dtype);
  if (domain === "complex" || domain === "string") throw new TypeError(`${dtype} elements are no real numbers`);
  return new Float64Array(numbersOf(tensor));
}

/** The elements as bigints: 64-bit types as a view that the caller must not write to, narrower integers widened. */
export function bigintArrayOf(tensor: Tensor): BigInt64Array | BigUint64Array {
  const { dtype } = tensor;
  if (dtype === "int64") return elementsOf(tensor) as BigInt64Array;
  if (dtype === "uint64") return elementsOf(tensor) as BigUint64Array;
  return BigInt64Array.from(realsOf(tensor), BigInt);
}

/** The elements of a complex tensor as doubles, real and imaginary parts in turn. */
export function complexPairsOf(tensor: Tensor): Float64Array {
  if (dtypes[tensor.dtype].kind !== "complex") throw new TypeError(`${tensor.dtype} is not complex`);
  const width = tensor.dtype === "complex64" ? 4 : 8;
  const bytes = tensor.bytes();
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const count = aligned.byteLength / width;
  if (width === 8) return new Float64Array(aligned.buffer, aligned.byteOffset, count).slice();
  return new Float64Array(new Float32Array(aligned.buffer, aligned.byteOffset, count));
}

/** The raw bits of each element of a type of at most 8 bits, one entry an element. */
export function codesOf(tensor: Tensor): Uint8Array {
  const { bits } = dtypes[tensor.dtype];
  const bytes = tensor.bytes();
  if (bits === 8) return bytes;
  return unpackElements(bytes, bits, sizeOf(tensor.shape));
}

/** Integers of an index-like tensor (axes, shape, pads …) as numbers, clamped to the safe range. */
export function integersOf(tensor: Tensor): number[] {
  return Array.from(numbersOf(tensor), (v) => Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, v)));
}

/** Half-precision bits widened through float32 bits: a shift of the exponent, and one scaling for subnormals. */
function decodeHalf(bits: Uint16Array): Float64Array {
  const out = new Float64Array(bits.length);
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  for (let i = 0; i < bits.length; i++) {
    const code = bits[i] as number;
    const sign = (code & 0x8000) << 16;
    const magnitude = code & 0x7fff;
    if (magnitude >= 0x7c00) out[i] = magnitude > 0x7c00 ? NaN : sign === 0 ? Infinity : -Infinity;
    else if (magnitude < 0x400) out[i] = (sign === 0 ? magnitude : -magnitude) * 2 ** -24;
    else {
      word[0] = sign | ((magnitude << 13) + 0x38000000);
      out[i] = float[0] as number;
    }
  }
  return out;
}
