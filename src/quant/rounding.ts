import { integerLimits, roundHalfEven } from "../ir/index.ts";
import type { QuantizationParameters } from "./parameters.ts";

/** The integer that stands for a real value. The division is done in float32, as QuantizeLinear specifies for float input. */
export function quantizeValue(value: number, parameters: QuantizationParameters): number {
  const { min, max } = integerLimits(parameters.dtype);
  const q = roundHalfEven(Math.fround(value / parameters.scale)) + parameters.zeroPoint;
  return Math.min(max, Math.max(min, q));
}

/** The real value an integer stands for. */
export function dequantizeValue(q: number, parameters: QuantizationParameters): number {
  return Math.fround((q - parameters.zeroPoint) * parameters.scale);
}

/** The integers of all values, one typed-array entry each. */
export function quantizeValues(values: ArrayLike<number>, parameters: QuantizationParameters): Uint8Array | Int8Array {
  const out = parameters.dtype === "uint8" ? new Uint8Array(values.length) : new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = quantizeValue(values[i] as number, parameters);
  return out;
}
