import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { ConvWorkload } from "../workload.ts";
import { createEpilogue, multipliers } from "./epilogue.ts";
import { numberOf } from "./parameters.ts";

/** Tensors of a `conv-u8s8` workload; activations each from the element its pointer names. */
export interface ConvOperands {
  readonly x: Uint8Array;
  /** `[outputs][inputs][kh][kw]`, or `[inputs][outputs]` when the workload's weights are `io`. */
  readonly weights: Int8Array;
  readonly bias: Int32Array | undefined;
  /** Added to the scaled sums, where the workload has a shift. */
  readonly shift?: Float32Array | undefined;
  /** One number for all channels, or one for each. */
  readonly weightScale: Float32Array;
  readonly residual: Uint8Array | undefined;
  /** Written, at the workload's strides: elements of the epilogue's `out`. */
  readonly y: Uint8Array | Float32Array | Int32Array;
}

/** Computes y, element by element: sums in int32 (modulo 2^32), then the epilogue. */
export function evaluateConv(workload: ConvWorkload, operands: ConvOperands, parameters: KernelParameters): void {
  const { rows, columns, outputs, epilogue, y: yStrides } = workload;
  const xZero = numberOf(parameters, "xZero");
  const bias = Int32Array.from({ length: outputs }, (_, output) => foldedBias(workload, operands, output, xZero));
  const multiplier = multipliers(epilogue, outputs, operands.weightScale, parameters);
  const finish = createEpilogue(epilogue, multiplier, parameters, operands.shift);
  const { residual } = epilogue;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let output = 0; output < outputs; output++) {
        const sum = ((bias[output] as number) + dotProduct(workload, operands, row, column, output)) | 0;
        const at = residual === undefined ? 0 : row * residual.row + column * residual.pixel + output;
        const added = operands.residual?.[at] ?? 0;
        operands.y[row * yStrides.row + column * yStrides.pixel + output] = finish(sum, output, added);
      }
}

function weightIndex({ weights, inputs, outputs, window }: ConvWorkload, output: number, input: number): number {
  if (weights === "io") return input * outputs + output;
  return (output * inputs + input) * window.kernel[0] * window.kernel[1];
}

function foldedBias(workload: ConvWorkload, operands: ConvOperands, output: number, xZero: number): number {
  const taps = workload.window.kernel[0] * workload.window.kernel[1];
  let sum = 0;
  for (let input = 0; input < workload.inputs; input++) {
    const first = weightIndex(workload, output, input);
    for (let tap = 0; tap < taps; tap++) sum += operands.weights[first + tap] as number;
  }
  return (operands.bias?.[output] ?? 0) - xZero * sum;
}

function dotProduct(
  workload: ConvWorkload,
  { x, weights }: ConvOperands,
  row: number,
  column: number,
  output: number,
): number {
  const { kernel, stride, dilation } = workload.window;
  let sum = 0;
  for (let ky = 0; ky < kernel[0]; ky++)
    for (let kx = 0; kx < kernel[1]; kx++) {
      const top = row * stride[0] + ky * dilation[0];
      const left = column * stride[1] + kx * dilation[1];
      const pixel = top * workload.x.row + left * workload.x.pixel;
      for (let input = 0; input < workload.inputs; input++)
        sum +=
          (x[pixel + input] as number) *
          (weights[weightIndex(workload, output, input) + ky * kernel[1] + kx] as number);
    }
  return sum;
}
