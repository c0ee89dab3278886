import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { FloatDepthwiseWorkload } from "../../float-workload.ts";
import type { FloatConvOperands } from "./conv.ts";
import { createFloatEpilogue } from "./float-epilogue.ts";

/** Computes y element by element, sums in float64; `weights` stand as `[channels][kh][kw]`. */
export function evaluateFloatDepthwise(
  workload: FloatDepthwiseWorkload,
  { x, weights, bias, residual, y }: FloatConvOperands,
  parameters: KernelParameters,
): void {
  const { rows, columns, channels, window, epilogue } = workload;
  const { kernel, stride, dilation } = window;
  const finish = createFloatEpilogue(epilogue, parameters);
  const added = epilogue.residual;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = bias?.[channel] ?? 0;
        for (let ky = 0; ky < kernel[0]; ky++)
          for (let kx = 0; kx < kernel[1]; kx++) {
            const top = row * stride[0] + ky * dilation[0];
            const left = column * stride[1] + kx * dilation[1];
            sum +=
              (x[top * workload.x.row + left * workload.x.pixel + channel] as number) *
              (weights[(channel * kernel[0] + ky) * kernel[1] + kx] as number);
          }
        const at = added === undefined ? 0 : row * added.row + column * added.pixel + channel;
        y[row * workload.y.row + column * workload.y.pixel + channel] = finish(sum, residual?.[at] ?? 0);
      }
}
