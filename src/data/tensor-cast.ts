import type { DType, StaticShape, Tensor } from "../ir/index.ts";
import { dtypes, isFloat, isInteger, roundHalfEven, tensorFromNumbers } from "../ir/index.ts";

/** The least and greatest double that an integer type holds: 2^63 - 1 and 2^64 - 1 are none, the doubles below them are. */
function limits(dtype: DType): readonly [number, number] {
  const { bits, kind } = dtypes[dtype];
  const exponent = kind === "signed" ? bits - 1 : bits;
  const greatest = 2 ** exponent - 2 ** Math.max(0, exponent - 53);
  return [kind === "signed" ? -(2 ** exponent) : 0, greatest];
}

/** True for the types whose elements are made from plain numbers: no strings, complex numbers or floats below 16 bits. */
export function takesNumbers(dtype: DType): boolean {
  const { bits, kind } = dtypes[dtype];
  return kind !== "string" && kind !== "complex" && !(kind === "float" && bits < 16);
}

/** A tensor of numbers in any type that takes them; integer types get rounded (half to even) and saturated values. */
export function saturatingTensor(dtype: DType, shape: StaticShape, values: ArrayLike<number>): Tensor {
  if (!isInteger(dtype)) return tensorFromNumbers(dtype, shape, values);
  const [low, high] = limits(dtype);
  return tensorFromNumbers(
    dtype,
    shape,
    Float64Array.from(values, (v) => Math.min(high, Math.max(low, roundHalfEven(v)))),
  );
}

/** True when numbers of `from` may stand in for `to` without losing their value: equal types, or any float for any float. */
export function isCompatible(from: DType, to: DType): boolean {
  if (from === to) return true;
  if (!takesNumbers(to)) return false;
  return (isFloat(from) && isFloat(to)) || (isInteger(from) && (isInteger(to) || isFloat(to)));
}
