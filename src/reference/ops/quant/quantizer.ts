import type { DType } from "../../../ir/index.ts";
import { integerLimits, isInteger, roundHalfEven } from "../../../ir/index.ts";

/**
 * From x / scale and a zero point to the number that the quantized type holds: rounded to even and saturated for
 * integers, untouched for 4- and 8-bit floats, whose encoding rounds.
 */
export function quantizerFor(dtype: DType): (scaled: number, zeroPoint: number) => number {
  if (!isInteger(dtype)) return (scaled, zeroPoint) => scaled + zeroPoint;
  const { min, max } = integerLimits(dtype);
  return (scaled, zeroPoint) => {
    const value = roundHalfEven(scaled) + zeroPoint;
    return Number.isNaN(value) ? zeroPoint : Math.max(min, Math.min(max, value));
  };
}
