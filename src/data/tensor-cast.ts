import type { DType, StaticShape, Tensor } from "../ir/index.ts";
import { dtypes, integerLimits, isFloat, isInteger, roundHalfEven, tensorFromNumbers } from "../ir/index.ts";

/** True for the types whose elements are made from plain numbers: no strings, complex numbers or floats below 16 bits. */
export function takesNumbers(dtype: DType): boolean {
  const { bits, kind } = dtypes[dtype];
  return kind !== "string" && kind !== "complex" && !(kind === "float" && bits < 16);
}

/** A tensor of numbers in any type that takes them; integer types get rounded (half to even) and saturated values. */
export function saturatingTensor(dtype: DType, shape: StaticShape, values: ArrayLike<number>): Tensor {
  if (!isInteger(dtype)) return tensorFromNumbers(dtype, shape, values);
  const { min, max } = integerLimits(dtype);
  return tensorFromNumbers(
    dtype,
    shape,
    Float64Array.from(values, (v) => Math.min(max, Math.max(min, roundHalfEven(v)))),
  );
}

/** True when numbers of `from` may stand in for `to` without losing their value: equal types, or any float for any float. */
export function isCompatible(from: DType, to: DType): boolean {
  if (from === to) return true;
  if (!takesNumbers(to)) return false;
  return (isFloat(from) && isFloat(to)) || (isInteger(from) && (isInteger(to) || isFloat(to)));
}
