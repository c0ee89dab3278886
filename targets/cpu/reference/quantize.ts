import { fma32, saturateU8, toInt32 } from "./float32.ts";

/** Scale and zero point of a uint8 tensor. */
export interface Quantization {
  readonly scale: number;
  readonly zero: number;
}

/** ONNX Runtime's DequantizeLinear: fl((q - zero) * scale). */
export function dequantizeU8(q: number, { scale, zero }: Quantization): number {
  return Math.fround((q - zero) * Math.fround(scale));
}

/**
 * ONNX Runtime's QuantizeLinear: a true division, a clamp to [-zero, 255 - zero] before the rounding (half to even),
 * then the zero point. NaN gives 0, as the operand order of its clamp makes it.
 */
export function quantizeU8(x: number, { scale, zero }: Quantization): number {
  const v = Math.fround(Math.fround(x) / Math.fround(scale));
  const low = v > -zero ? v : -zero;
  return toInt32(low < 255 - zero ? low : 255 - zero) + zero;
}

/** What an elementwise integer operation knows of its operands. */
export interface BinaryQuantization {
  readonly a: Quantization;
  readonly b: Quantization;
  readonly y: Quantization;
}

/** float32 constants of {@link addU8}. */
export interface AddConstants {
  /** fl(sa / sy). */
  readonly aRatio: number;
  /** fl(sb / sy). */
  readonly bRatio: number;
  /** fl(zy - fma(aRatio, za, fl(bRatio * zb))). */
  readonly fixed: number;
}

/** Constants of ONNX Runtime's QLinearAdd (its AVX2 kernel), found by exhaustive comparison. */
export function addConstants({ a, b, y }: BinaryQuantization): AddConstants {
  const aRatio = Math.fround(Math.fround(a.scale) / Math.fround(y.scale));
  const bRatio = Math.fround(Math.fround(b.scale) / Math.fround(y.scale));
  const fixed = Math.fround(y.zero - fma32(aRatio, a.zero, Math.fround(bRatio * b.zero)));
  return { aRatio, bRatio, fixed };
}

/**
 * ONNX Runtime's QLinearAdd: round(fma(a, aRatio, fma(b, bRatio, fixed))), saturated. Where its first operand is the
 * broadcast one, it swaps the two: pass them swapped.
 */
export function addU8(a: number, b: number, { aRatio, bRatio, fixed }: AddConstants): number {
  return saturateU8(toInt32(fma32(a, aRatio, fma32(b, bRatio, fixed))));
}

/** The factor of ONNX Runtime's QLinearMul: fl(fl(sa * sb) / sy). */
export function mulRatio({ a, b, y }: BinaryQuantization): number {
  return Math.fround(Math.fround(Math.fround(a.scale) * Math.fround(b.scale)) / Math.fround(y.scale));
}

/** ONNX Runtime's QLinearMul: round(fl(fl((a - za) * (b - zb) * ratio) + zy)), saturated; no fused multiply-add. */
export function mulU8(a: number, b: number, ratio: number, { a: qa, b: qb, y }: BinaryQuantization): number {
  return saturateU8(toInt32(Math.fround(Math.fround((a - qa.zero) * (b - qb.zero) * ratio) + y.zero)));
}
