import { sizeOf } from "../../../ir/index.ts";
import type { TapSegments, WindowAxis } from "./window.ts";
import { tapSegments } from "./window.ts";

/** Sizes of a convolution: x is [batch, channels, input…], w is [outputs, channels / group, kernel…]. */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly channels: number;
  readonly outputs: number;
  readonly group: number;
}

/** y[n, m] = sum over channels and kernel of x * w, in doubles; `y` holds the bias on entry where there is one. */
export function convolve(
  { batch, channels, outputs, group }: ConvolutionSizes,
  axes: readonly WindowAxis[],
  x: Float64Array,
  w: Float64Array,
  y: Float64Array,
): void {
  const taps = tapSegments(axes);
  const inPlane = sizeOf(axes.map((axis) => axis.input));
  const outPlane = sizeOf(axes.map((axis) => axis.output));
  const perGroup = channels / group;
  for (let n = 0; n < batch; n++)
    for (let m = 0; m < outputs; m++) {
      const firstChannel = Math.floor(m / (outputs / group)) * perGroup;
      const to = (n * outputs + m) * outPlane;
      for (let c = 0; c < perGroup; c++) {
        const from = (n * channels + firstChannel + c) * inPlane;
        const weights = (m * perGroup + c) * taps.length;
        for (let t = 0; t < taps.length; t++)
          accumulate(y, to, x, from, w[weights + t] as number, taps[t] as TapSegments);
      }
    }
}

function accumulate(
  y: Float64Array,
  to: number,
  x: Float64Array,
  from: number,
  weight: number,
  { outs, ins, lengths, stride }: TapSegments,
): void {
  for (let i = 0; i < outs.length; i++) {
    let out = to + (outs[i] as number);
    let at = from + (ins[i] as number);
    const end = out + (lengths[i] as number);
    for (; out < end; out++, at += stride) y[out] = (y[out] as number) + weight * (x[at] as number);
  }
}

/** The transpose of `convolve`: adds w * x[n, c] to the outputs that a convolution would have read it from. */
export function convolveTransposed(
  { batch, channels, outputs, group }: ConvolutionSizes,
  axes: readonly WindowAxis[],
  x: Float64Array,
  w: Float64Array,
  y: Float64Array,
): void {
  const taps = tapSegments(axes);
  const inPlane = sizeOf(axes.map((axis) => axis.output));
  const outPlane = sizeOf(axes.map((axis) => axis.input));
  const perGroup = outputs / group;
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++) {
      const firstOutput = Math.floor(c / (channels / group)) * perGroup;
      const from = (n * channels + c) * inPlane;
      for (let m = 0; m < perGroup; m++) {
        const to = (n * outputs + firstOutput + m) * outPlane;
        const weights = (c * perGroup + m) * taps.length;
        for (let t = 0; t < taps.length; t++) {
          const { outs, ins, lengths, stride } = taps[t] as TapSegments;
          const weight = w[weights + t] as number;
          for (let i = 0; i < outs.length; i++) {
            const start = from + (outs[i] as number);
            const into = to + (ins[i] as number);
            for (let k = 0; k < (lengths[i] as number); k++)
              y[into + k * stride] = (y[into + k * stride] as number) + weight * (x[start + k] as number);
          }
        }
      }
    }
}
