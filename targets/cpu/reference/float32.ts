import { roundHalfEven } from "../../../src/ir/index.ts";

const wide = new Float64Array(1);
const bits = new BigInt64Array(wide.buffer);

/**
 * float32 a * b + c with one rounding. The product of two float32 numbers is exact in float64; the sum is rounded to odd
 * there (Boldo and Melquiond, 2008), so that rounding it to float32 is not a second rounding.
 */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const back = sum - product;
  const error = product - (sum - back) + (c - back);
  if (error === 0 || !Number.isFinite(sum)) return Math.fround(sum);
  wide[0] = sum;
  const pattern = bits[0] as bigint;
  if ((pattern & 1n) === 0n) {
    bits[0] = pattern + (error > 0 === sum > 0 ? 1n : -1n);
    return Math.fround(wide[0]);
  }
  return Math.fround(sum);
}

/** float32 to int32, half to even; what does not fit, and NaN, gives the smallest int32, as `cvtps2dq` does. */
export function toInt32(value: number): number {
  const rounded = roundHalfEven(value);
  return rounded >= -0x80000000 && rounded <= 0x7fffffff ? rounded : -0x80000000;
}

/** The nearest of 0 … 255. */
export function saturateU8(value: number): number {
  return Math.min(255, Math.max(0, value));
}
