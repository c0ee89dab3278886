import type { DType, StaticShape, Tensor } from "../../ir/index.ts";
import {
  byteLengthOf,
  dtypes,
  sizeOf,
  tensorFromBytes,
  tensorFromElements,
  tensorFromNumbers,
} from "../../ir/index.ts";
import type { SmallFloatOptions } from "./small-float.ts";
import { isSmallFloat, toSmallFloatBits } from "./small-float.ts";

/**
 * A tensor of doubles converted to any real type: floats rounded to nearest even, integers truncated and wrapped to
 * their width, bool from non-zero. Complex and string types throw TypeError.
 */
export function encodeReals(
  dtype: DType,
  shape: StaticShape,
  values: ArrayLike<number>,
  options?: SmallFloatOptions,
): Tensor {
  if (isSmallFloat(dtype)) {
    const codes = new Uint8Array(values.length);
    for (let i = 0; i < codes.length; i++) codes[i] = toSmallFloatBits(dtype, values[i] as number, options);
    return tensorFromCodes(dtype, shape, codes);
  }
  const size = sizeOf(shape);
  if (values.length !== size) throw new RangeError(`${dtype}[${shape.join(",")}] got ${values.length} values`);
  if (dtype === "float32") return tensorFromElements(dtype, shape, new Float32Array(values));
  if (dtype === "float64") return tensorFromElements(dtype, shape, new Float64Array(values));
  if (dtype === "int64" || dtype === "uint64") {
    const out = dtype === "int64" ? new BigInt64Array(size) : new BigUint64Array(size);
    for (let i = 0; i < size; i++) {
      const value = values[i] as number;
      out[i] = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
    }
    return tensorFromElements(dtype, shape, out);
  }
  return tensorFromNumbers(dtype, shape, values);
}

/** A tensor of bigints converted to any integer type (wrapped to its width), or rounded to a float type. */
export function encodeBigints(dtype: DType, shape: StaticShape, values: ArrayLike<bigint>): Tensor {
  const size = sizeOf(shape);
  if (values.length !== size) throw new RangeError(`${dtype}[${shape.join(",")}] got ${values.length} values`);
  const { kind, bits } = dtypes[dtype];
  if (bits === 64 && (kind === "signed" || kind === "unsigned")) {
    const out = kind === "signed" ? new BigInt64Array(size) : new BigUint64Array(size);
    for (let i = 0; i < size; i++) out[i] = values[i] as bigint;
    return tensorFromElements(dtype, shape, out);
  }
  const integer = kind === "signed" || kind === "unsigned";
  const numbers = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const value = values[i] as bigint;
    numbers[i] = Number(integer ? BigInt.asIntN(32, value) : value);
  }
  return encodeReals(dtype, shape, numbers);
}

/** A tensor of a type of at most 8 bits from the raw bits of each element, one entry an element. */
export function tensorFromCodes(dtype: DType, shape: StaticShape, codes: Uint8Array): Tensor {
  const { bits } = dtypes[dtype];
  if (bits === 8) return tensorFromBytes(dtype, shape, codes);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const bytes = new Uint8Array(byteLengthOf(dtype, codes.length));
  for (let i = 0; i < codes.length; i++) {
    const at = Math.floor(i / perByte);
    bytes[at] = (bytes[at] as number) | (((codes[i] as number) & mask) << ((i % perByte) * bits));
  }
  return tensorFromBytes(dtype, shape, bytes);
}
