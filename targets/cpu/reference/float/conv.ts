import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { Bf16ConvWorkload, FloatConvWorkload } from "../../float-workload.ts";
import { createFloatEpilogue } from "./float-epilogue.ts";

/** Tensors of a `conv-f32` or `depthwise-f32` workload; activations each from the element its pointer names. */
export interface FloatConvOperands {
  readonly x: Float32Array;
  /** `[outputs][inputs][kh][kw]`, `[inputs][outputs]` when the workload's weights are `io`, `[channels][kh][kw]`. */
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly residual: Float32Array | undefined;
  /** Written, at the workload's strides. */
  readonly y: Float32Array | Float64Array;
}

/** Computes y element by element from the operands as they are, however stored; sums in float64. */
export function evaluateFloatConv(
  workload: FloatConvWorkload | Bf16ConvWorkload,
  operands: FloatConvOperands,
  parameters: KernelParameters,
): void {
  const { rows, columns, outputs, epilogue, y: yStrides } = workload;
  const finish = createFloatEpilogue(epilogue, parameters);
  const { residual } = epilogue;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let output = 0; output < outputs; output++) {
        const at = residual === undefined ? 0 : row * residual.row + column * residual.pixel + output;
        const sum = (operands.bias?.[output] ?? 0) + dotProduct(workload, operands, row, column, output);
        operands.y[row * yStrides.row + column * yStrides.pixel + output] = finish(sum, operands.residual?.[at] ?? 0);
      }
}

function dotProduct(
  {
    window: { kernel, stride, dilation },
    inputs,
    outputs,
    weights: layout,
    x: strides,
  }: FloatConvWorkload | Bf16ConvWorkload,
  { x, weights }: FloatConvOperands,
  row: number,
  column: number,
  output: number,
): number {
  const taps = kernel[0] * kernel[1];
  const [first, step] = layout === "io" ? [output, outputs] : [output * inputs * taps, taps];
  let sum = 0;
  for (let ky = 0; ky < kernel[0]; ky++)
    for (let kx = 0; kx < kernel[1]; kx++) {
      const pixel =
        (row * stride[0] + ky * dilation[0]) * strides.row + (column * stride[1] + kx * dilation[1]) * strides.pixel;
      const tap = first + ky * kernel[1] + kx;
      for (let input = 0; input < inputs; input++)
        sum += (x[pixel + input] as number) * (weights[tap + input * step] as number);
    }
  return sum;
}
