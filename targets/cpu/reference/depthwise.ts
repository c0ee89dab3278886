import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { DepthwiseWorkload } from "../workload.ts";
import { createEpilogue, multipliers } from "./epilogue.ts";
import { numberOf } from "./parameters.ts";

/** Tensors of a `depthwise-u8s8` workload; activations each from the element its pointer names. */
export interface DepthwiseOperands {
  readonly x: Uint8Array;
  /** `[channels][1][kh][kw]`. */
  readonly weights: Int8Array;
  readonly bias: Int32Array | undefined;
  /** One number for all channels, or one for each. */
  readonly weightScale: Float32Array;
  readonly residual: Uint8Array | undefined;
  /** Written, at the workload's strides: elements of the epilogue's `out`. */
  readonly y: Uint8Array | Float32Array | Int32Array;
}

/** Computes y, element by element: sums in int32 (modulo 2^32), then the epilogue. */
export function evaluateDepthwise(
  workload: DepthwiseWorkload,
  operands: DepthwiseOperands,
  parameters: KernelParameters,
): void {
  const { rows, columns, channels, epilogue, window, y: yStrides } = workload;
  const { residual } = epilogue;
  const taps = window.kernel[0] * window.kernel[1];
  const xZero = numberOf(parameters, "xZero");
  const bias = Int32Array.from({ length: channels }, (_, channel) => {
    const sum = operands.weights.subarray(channel * taps, (channel + 1) * taps).reduce((a, b) => a + b, 0);
    return (operands.bias?.[channel] ?? 0) - xZero * sum;
  });
  const multiplier = multipliers(epilogue, channels, operands.weightScale, parameters);
  const finish = createEpilogue(epilogue, multiplier, parameters);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++) {
        const sum = ((bias[channel] as number) + dotProduct(workload, operands, row, column, channel)) | 0;
        const at = residual === undefined ? 0 : row * residual.row + column * residual.pixel + channel;
        const added = operands.residual?.[at] ?? 0;
        operands.y[row * yStrides.row + column * yStrides.pixel + channel] = finish(sum, channel, added);
      }
}

function dotProduct(
  { window, x: strides }: DepthwiseWorkload,
  { x, weights }: DepthwiseOperands,
  row: number,
  column: number,
  channel: number,
): number {
  const { kernel, stride, dilation } = window;
  let sum = 0;
  for (let ky = 0; ky < kernel[0]; ky++)
    for (let kx = 0; kx < kernel[1]; kx++) {
      const top = row * stride[0] + ky * dilation[0];
      const left = column * stride[1] + kx * dilation[1];
      const value = x[top * strides.row + left * strides.pixel + channel] as number;
      sum += value * (weights[(channel * kernel[0] + ky) * kernel[1] + kx] as number);
    }
  return sum;
}
