import type { DType, StaticShape, Tensor } from "../../../ir/index.ts";
import { dtypes, isInteger, roundHalfEven } from "../../../ir/index.ts";
import { encodeReals } from "../../numeric/encode.ts";

/** Interpolated values as elements: integers are rounded to the nearest and kept in the range of their type. */
export function encodeSaturated(dtype: DType, shape: StaticShape, values: Float64Array): Tensor {
  if (!isInteger(dtype)) return encodeReals(dtype, shape, values);
  const { bits, kind } = dtypes[dtype];
  const [low, high] = kind === "signed" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  return encodeReals(
    dtype,
    shape,
    values.map((value) => Math.max(low, Math.min(high, roundHalfEven(value)))),
  );
}
