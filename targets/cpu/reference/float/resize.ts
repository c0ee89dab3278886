import type {
  ArgmaxWorkload,
  ExtremeChannel,
  FloatResizeWorkload,
  ResizeArgmaxWorkload,
} from "../../float-workload.ts";
import { linearInterpolation } from "../resize-axis.ts";

/** Tensors of a `resize-f32` workload, each from the element its pointer names. */
export interface FloatResizeOperands {
  readonly x: Float32Array;
  /** Written. */
  readonly y: Float32Array;
}

/** Tensors of a workload that gives places of channels. */
export interface ArgmaxOperands {
  readonly x: Float32Array;
  /** Written; one element a pixel. */
  readonly y: BigInt64Array | Int32Array;
}

/**
 * ONNX Runtime's float32 Resize of an NCHW tensor, bit for bit: four weighted cells summed in the order (near, near),
 * (near, far), (far, near), (far, far) of (row, column), each product and sum rounded.
 */
export function evaluateFloatResize(workload: FloatResizeWorkload, { x, y }: FloatResizeOperands): void {
  const value = linearInterpolation(workload, (index) => x[index] as number);
  const { rows, columns, channels, y: strides } = workload;
  const [rowStep, pixelStep, channelStep] =
    strides === "planar" ? [columns, 1, rows * columns] : [strides.row, strides.pixel, 1];
  eachPixel(workload, (row, column) => {
    for (let channel = 0; channel < channels; channel++)
      y[row * rowStep + column * pixelStep + channel * channelStep] = value(row, column, channel);
  });
}

/** The place of the greatest or least channel of each pixel, as ONNX Runtime finds it. */
export function evaluateArgmax(workload: ArgmaxWorkload, { x, y }: ArgmaxOperands): void {
  const { columns, channels, x: strides } = workload;
  eachPixel(workload, (row, column) => {
    const first = row * strides.row + column * strides.pixel;
    place(workload, y, row * columns + column, x.subarray(first, first + channels));
  });
}

/** The same of a tensor that is resized first. */
export function evaluateResizeArgmax(workload: ResizeArgmaxWorkload, { x, y }: ArgmaxOperands): void {
  const value = linearInterpolation(workload, (index) => x[index] as number);
  const { columns, channels } = workload;
  eachPixel(workload, (row, column) => {
    const values = Float32Array.from({ length: channels }, (_, channel) => value(row, column, channel));
    place(workload, y, row * columns + column, values);
  });
}

function eachPixel(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  body: (row: number, column: number) => void,
): void {
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) body(row, column);
}

function place({ kind }: ExtremeChannel, y: BigInt64Array | Int32Array, pixel: number, values: Float32Array): void {
  let best = 0;
  for (const [channel, value] of values.entries()) {
    const champion = values[best] as number;
    if (kind === "max" ? value > champion : value < champion) best = channel;
  }
  if (y instanceof BigInt64Array) y[pixel] = BigInt(best);
  else y[pixel] = best;
}
