import { integerLimits, roundHalfEven } from "../ir/index.ts";
import type { Range } from "./range.ts";

/** The two element types of eight bits. */
export type QuantizedType = "uint8" | "int8";

/** How a whole tensor is quantized: q = saturate(round_half_even(x / scale) + zeroPoint) (ONNX QuantizeLinear). */
export interface QuantizationParameters {
  readonly dtype: QuantizedType;
  /** Exactly a float32. */
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Below this width a range counts as all zero: its scale would be denormal in float32, or its reciprocal infinite. */
const narrowest = 2 ** -100;

/**
 * Asymmetric uint8 parameters. The range is widened to contain 0, so that zero (padding, Relu) is exact. What they
 * express never passes `limits`, where given: engines drop a Clip only when its Q cannot express anything beyond it.
 */
export function asymmetricParameters(
  range: Range,
  limits: Range = { min: -Infinity, max: Infinity },
): QuantizationParameters {
  const min = Math.min(0, range.min);
  const max = Math.max(0, range.max);
  if (!(max - min > narrowest)) return { dtype: "uint8", scale: 1, zeroPoint: 0 };
  const wide = Math.min((max - min) / 255, 3e38);
  const zeroPoint = Math.min(255, Math.max(0, roundHalfEven(-min / wide)));
  const below = zeroPoint === 0 ? Infinity : -limits.min / zeroPoint;
  const above = zeroPoint === 255 ? Infinity : limits.max / (255 - zeroPoint);
  const bound = Math.min(below, above);
  let scale = Math.fround(Math.min(wide, bound));
  if (scale > bound) scale = floatBelow(scale);
  return { dtype: "uint8", scale: scale > 0 ? scale : Math.fround(wide), zeroPoint };
}

/** Symmetric int8 parameters with zero point 0 and the integers -127..127: the spelling of activations for TensorRT. */
export function symmetricParameters(range: Range): QuantizationParameters {
  return { dtype: "int8", scale: symmetricScale(Math.max(-range.min, range.max), 127), zeroPoint: 0 };
}

/** The float32 scale that maps `size` to `largest`; 1 where everything is zero. */
export function symmetricScale(size: number, largest: number): number {
  return size > narrowest ? Math.fround(Math.min(size / largest, 3e38)) : 1;
}

/** The greatest float32 below a positive normal float32. */
function floatBelow(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  view.setUint32(0, view.getUint32(0) - 1);
  return view.getFloat32(0);
}

/** The real values that the parameters can express. */
export function representable(parameters: QuantizationParameters): Range {
  const { min, max } = integerLimits(parameters.dtype);
  return {
    min: (min - parameters.zeroPoint) * parameters.scale,
    max: (max - parameters.zeroPoint) * parameters.scale,
  };
}
