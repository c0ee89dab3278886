import type { StaticShape } from "../../src/ir/index.ts";

/** How the elements of a weight tensor relate to output and input channels. */
export interface WeightGeometry {
  readonly shape: StaticShape;
  /** Axis of the output channels. */
  readonly channelAxis: number;
  /** Axis of the input channels, of one group where there are several. */
  readonly inputAxis: number;
}

/**
 * How far quantized weights shift the mean of each output channel: Σ (ŵ − w)·E[x] over the inputs of the channel, with
 * the means of the input channels seen in calibration (Nagel et al., "Data-free quantization through weight
 * equalization and bias correction", ICCV 2019, section 4.2; padding is left out of account). Undefined where the means
 * do not fit the weights.
 */
export function meanShift(
  weights: ArrayLike<number>,
  changed: (index: number) => number,
  geometry: WeightGeometry,
  means: readonly number[],
): readonly number[] | undefined {
  const { shape, channelAxis, inputAxis } = geometry;
  const outputs = shape[channelAxis] ?? 0;
  const inputs = shape[inputAxis] ?? 0;
  const groups = means.length / inputs;
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) return undefined;
  const strideOf = (axis: number): number => shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outputStride = strideOf(channelAxis);
  const inputStride = strideOf(inputAxis);
  const perGroup = outputs / groups;
  const shift = new Float64Array(outputs);
  for (let i = 0; i < weights.length; i++) {
    const output = Math.floor(i / outputStride) % outputs;
    const input = (Math.floor(i / inputStride) % inputs) + Math.floor(output / perGroup) * inputs;
    shift[output] = (shift[output] as number) + (changed(i) - (weights[i] as number)) * (means[input] as number);
  }
  return [...shift];
}
