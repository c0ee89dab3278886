import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { NormalizationWorkload } from "../../transformer-workload.ts";
import { numberOf } from "../parameters.ts";

/** Tensors of a `normalization-f32` workload, each from the element its pointer names. */
export interface NormalizationOperands {
  readonly x: Float32Array;
  readonly residual: Float32Array | undefined;
  readonly gamma: Float32Array;
  readonly beta: Float32Array | undefined;
  /** Written. */
  readonly y: Float32Array | Float64Array;
}

/** Normalizes each pixel's channels in float64. */
export function evaluateNormalization(
  workload: NormalizationWorkload,
  { x, residual, gamma, beta, y }: NormalizationOperands,
  parameters: KernelParameters,
): void {
  const { rows, columns, channels } = workload;
  const epsilon = Math.fround(numberOf(parameters, "epsilon"));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const added = workload.residual;
      const values = Float64Array.from({ length: channels }, (_, channel) => {
        const value = x[row * workload.x.row + column * workload.x.pixel + channel] as number;
        if (added === undefined || residual === undefined) return value;
        return value + (residual[row * added.row + column * added.pixel + channel] as number);
      });
      const mean = values.reduce((sum, value) => sum + value, 0) / channels;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
      const factor = 1 / Math.sqrt(variance + epsilon);
      for (const [channel, value] of values.entries())
        y[row * workload.y.row + column * workload.y.pixel + channel] =
          (value - mean) * factor * (gamma[channel] as number) + (beta?.[channel] ?? 0);
    }
}
