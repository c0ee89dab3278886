import type { DType, StaticShape, Tensor } from "../../ir/index.ts";
import {
  dtypes,
  packElements,
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
  const narrow = kind === "float" && bits < 64;
  const numbers = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const value = values[i] as bigint;
    numbers[i] = Number(integer ? BigInt.asIntN(32, value) : narrow ? markInexact(value) : value);
  }
  return encodeReals(dtype, shape, numbers);
}

/**
 * The 64-bit integer with its 12 low bits replaced by one that tells whether any was set: exact as a double, and rounded
 * from there to a narrower float as the integer itself would be (round to odd, Boldo and Melquiond 2008).
 */
function markInexact(value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  if (magnitude <= BigInt(Number.MAX_SAFE_INTEGER)) return value;
  const marked = ((magnitude >> 12n) | ((magnitude & 0xfffn) === 0n ? 0n : 1n)) << 12n;
  return value < 0n ? -marked : marked;
}

/** A tensor of a type of at most 8 bits from the raw bits of each element, one entry an element. */
export function tensorFromCodes(dtype: DType, shape: StaticShape, codes: Uint8Array): Tensor {
  const { bits } = dtypes[dtype];
  return tensorFromBytes(dtype, shape, bits === 8 ? codes : packElements(codes, bits));
}
