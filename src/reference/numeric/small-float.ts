import type { DType } from "../../ir/index.ts";
import { roundHalfEven } from "../../ir/index.ts";

/** The 4- and 8-bit floating-point types. */
export type SmallFloat =
  "float8e4m3fn" | "float8e4m3fnuz" | "float8e5m2" | "float8e5m2fnuz" | "float4e2m1" | "float8e8m0";

/** How a value that lies between two powers of two becomes a float8e8m0 (Cast, attribute round_mode). */
export type ScaleRounding = "up" | "down" | "nearest";

/** Options of a conversion to a small float; the defaults are those of Cast. */
export interface SmallFloatOptions {
  /** Out of range: the largest finite number (true), or infinity or NaN as the type has them (false). */
  readonly saturate?: boolean;
  readonly scaleRounding?: ScaleRounding;
}

interface Layout {
  readonly bits: number;
  readonly mantissa: number;
  readonly bias: number;
  readonly max: number;
  /** Bits of NaN with a clear sign; undefined where the type has none. */
  readonly nan: number | undefined;
  readonly infinity: number | undefined;
  /** The sign bit alone is NaN, not minus zero (the "uz" types). */
  readonly unsignedZero: boolean;
}

const layouts: Readonly<Record<Exclude<SmallFloat, "float8e8m0">, Layout>> = {
  float8e4m3fn: { bits: 8, mantissa: 3, bias: 7, max: 448, nan: 0x7f, infinity: undefined, unsignedZero: false },
  float8e4m3fnuz: { bits: 8, mantissa: 3, bias: 8, max: 240, nan: 0x80, infinity: undefined, unsignedZero: true },
  float8e5m2: { bits: 8, mantissa: 2, bias: 15, max: 57344, nan: 0x7f, infinity: 0x7c, unsignedZero: false },
  float8e5m2fnuz: { bits: 8, mantissa: 2, bias: 16, max: 57344, nan: 0x80, infinity: undefined, unsignedZero: true },
  float4e2m1: { bits: 4, mantissa: 1, bias: 1, max: 6, nan: undefined, infinity: undefined, unsignedZero: false },
};

/** True for the types that this file converts. */
export function isSmallFloat(dtype: DType): dtype is SmallFloat {
  return dtype === "float8e8m0" || dtype in layouts;
}

/** The number that the bits of a small float stand for (onnx.proto, TensorProto.DataType). */
export function fromSmallFloatBits(dtype: SmallFloat, code: number): number {
  if (dtype === "float8e8m0") return code === 0xff ? NaN : 2 ** (code - 127);
  const { bits, mantissa, bias, nan, infinity, unsignedZero } = layouts[dtype];
  const signBit = 1 << (bits - 1);
  if (unsignedZero && code === nan) return NaN;
  const magnitude = code & (signBit - 1);
  const sign = code & signBit ? -1 : 1;
  if (infinity !== undefined && magnitude === infinity) return sign * Infinity;
  if (infinity !== undefined ? magnitude > infinity : magnitude === nan) return NaN;
  const exponent = magnitude >> mantissa;
  const fraction = (magnitude & ((1 << mantissa) - 1)) / (1 << mantissa);
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** The bits of the small float nearest to a number, ties to even; out of range as the options say. */
export function toSmallFloatBits(dtype: SmallFloat, value: number, options: SmallFloatOptions = {}): number {
  if (dtype === "float8e8m0") return toScaleBits(value, options);
  const { bits, mantissa, bias, max, nan, infinity, unsignedZero } = layouts[dtype];
  const saturate = options.saturate ?? true;
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? 1 << (bits - 1) : 0;
  // float4e2m1 has no NaN; ONNX's conformance cases take it as zero.
  if (Number.isNaN(value)) return nan ?? 0;
  const size = Math.abs(value);
  const exponent = size === 0 || size === Infinity ? 1 - bias : Math.max(1 - bias, exponentOf(size));
  const step = 2 ** (exponent - mantissa);
  const rounded = size === Infinity ? size : roundHalfEven(size / step) * step;
  if (rounded <= max) {
    if (rounded === 0 && unsignedZero) return 0;
    return sign | magnitudeBits(rounded, mantissa, bias);
  }
  if (saturate || nan === undefined) return sign | magnitudeBits(max, mantissa, bias);
  if (infinity !== undefined) return sign | infinity;
  return unsignedZero ? nan : sign | nan;
}

/** Bits of a non-negative number that the layout holds exactly. */
function magnitudeBits(value: number, mantissa: number, bias: number): number {
  if (value === 0) return 0;
  const exponent = Math.max(1 - bias, exponentOf(value));
  const scaled = (value / 2 ** exponent) * (1 << mantissa);
  return scaled < 1 << mantissa ? scaled : ((exponent + bias) << mantissa) + (scaled - (1 << mantissa));
}

/** float8e8m0 holds powers of two from 2^-127 to 2^127 and NaN, no zero and no sign. */
function toScaleBits(value: number, options: SmallFloatOptions): number {
  if (Number.isNaN(value) || value < 0) return 0xff;
  const saturate = options.saturate ?? true;
  if (value === Infinity) return saturate ? 0xfe : 0xff;
  if (value === 0) return 0;
  const floor = exponentOf(value);
  const fraction = value / 2 ** floor - 1;
  const rounding = options.scaleRounding ?? "up";
  const up = rounding === "up" ? fraction > 0 : rounding === "nearest" && fraction >= 0.5;
  const code = floor + (up ? 1 : 0) + 127;
  if (code < 0) return 0;
  if (code > 0xfe) return saturate ? 0xfe : 0xff;
  return code;
}

/** floor(log2(size)) for a positive finite number, exact where Math.log2 rounds up to the next integer. */
function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size));
  return 2 ** guess > size ? guess - 1 : guess;
}
