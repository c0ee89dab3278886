import type { DType } from "../../../ir/index.ts";
import { dtypes, isInteger, roundHalfEven } from "../../../ir/index.ts";

/** Least and greatest value of an integer type of at most 32 bits. */
function integerRange(dtype: DType): readonly [number, number] {
  const { bits, kind } = dtypes[dtype];
  return kind === "signed" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/**
 * From x / scale and a zero point to the number that the quantized type holds: rounded to even and saturated for
 * integers, untouched for 4- and 8-bit floats, whose encoding rounds.
 */
export function quantizerFor(dtype: DType): (scaled: number, zeroPoint: number) => number {
  if (!isInteger(dtype)) return (scaled, zeroPoint) => scaled + zeroPoint;
  const [low, high] = integerRange(dtype);
  return (scaled, zeroPoint) => {
    const value = roundHalfEven(scaled) + zeroPoint;
    return Number.isNaN(value) ? zeroPoint : Math.max(low, Math.min(high, value));
  };
}
