import type { DType, StaticShape, Tensor } from "../ir/index.ts";
import { dtypes, isFloat, isInteger, roundHalfEven, tensorFromNumbers } from "../ir/index.ts";

/** The least and greatest value of an integer type of at most 32 bits. */
function limits(dtype: DType): readonly [number, number] {
  const { bits, kind } = dtypes[dtype];
  return kind === "signed" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** A tensor of numbers in any arithmetic type; integer types get rounded (half to even) and saturated values. */
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
  return from === to || (isFloat(from) && isFloat(to)) || (isInteger(from) && (isInteger(to) || isFloat(to)));
}
