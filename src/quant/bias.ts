import { roundHalfEven } from "../ir/index.ts";

/** Room left below 2^31 so that adding the products of a whole dot product cannot overflow the accumulator at once. */
const largestBias = 2 ** 30;

/** A bias quantized to int32 with the scale of the accumulator, scale = s_x · s_w per channel. */
export interface QuantizedBias {
  readonly values: Int32Array;
  readonly scales: Float32Array;
}

/** Quantizes a bias to int32 steps of s_x · s_w. The product is taken in float32, as engines compute it. */
export function quantizeBias(bias: ArrayLike<number>, inputScale: number, weightScales: Float32Array): QuantizedBias {
  const scales = new Float32Array(weightScales.length === 1 ? 1 : bias.length);
  for (let i = 0; i < scales.length; i++) scales[i] = Math.fround(inputScale * (weightScales[i] as number));
  const values = new Int32Array(bias.length);
  for (let i = 0; i < bias.length; i++) {
    const scale = scales[scales.length === 1 ? 0 : i] as number;
    values[i] = Math.max(-largestBias, Math.min(largestBias, roundHalfEven((bias[i] as number) / scale)));
  }
  return { values, scales };
}

/** The least weight scale of each channel with which its bias still fits: |bias| ≤ 2^30 · s_x · s_w. */
export function scalesForBias(bias: ArrayLike<number>, inputScale: number, channels: number): Float64Array {
  const least = new Float64Array(channels);
  for (let i = 0; i < bias.length; i++) {
    const channel = channels === 1 ? 0 : i;
    const needed = Math.abs(bias[i] as number) / (inputScale * largestBias);
    least[channel] = Math.max(least[channel] as number, needed);
  }
  return least;
}
