import type { FloatPoolWorkload } from "../../float-workload.ts";

/** Tensors of a `pool-f32` workload, each from the element its pointer names. */
export interface FloatPoolOperands {
  readonly x: Float32Array;
  /** Written. */
  readonly y: Float32Array | Float64Array;
}

/** Computes y element by element, sums in float64. */
export function evaluateFloatPool(workload: FloatPoolWorkload, { x, y }: FloatPoolOperands): void {
  const { rows, columns, channels, kind } = workload;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++) {
        const values = windowValues(workload, x, row, column, channel);
        const sum = values.reduce((total, value) => total + value, 0);
        y[row * workload.y.row + column * workload.y.pixel + channel] =
          kind === "max" ? Math.max(...values) : sum / floatPoolDivisor(workload, row, column);
      }
}

function windowValues(
  { window: { kernel, stride, dilation }, x: strides }: FloatPoolWorkload,
  x: Float32Array,
  row: number,
  column: number,
  channel: number,
): readonly number[] {
  return Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
    const top = row * stride[0] + Math.floor(tap / kernel[1]) * dilation[0];
    const left = column * stride[1] + (tap % kernel[1]) * dilation[1];
    return x[top * strides.row + left * strides.pixel + channel] as number;
  });
}

/**
 * Cells that the average of an output pixel is divided by: the window's, or those of them that lie in the input. The
 * input's extent follows from the last window, which ends where the padding at bottom and right does.
 */
export function floatPoolDivisor(
  { window, rows, columns, edge }: FloatPoolWorkload,
  row: number,
  column: number,
): number {
  const { kernel, stride, dilation } = window;
  if (edge.counted) return kernel[0] * kernel[1];
  const [top, left, bottom, right] = edge.pads;
  const inside = (axis: 0 | 1, at: number, count: number, before: number, after: number): number => {
    const reach = (kernel[axis] - 1) * dilation[axis];
    const end = (count - 1) * stride[axis] + reach + 1 - after;
    let cells = 0;
    for (let tap = 0; tap < kernel[axis]; tap++) {
      const place = at * stride[axis] + tap * dilation[axis];
      if (place >= before && place < end) cells++;
    }
    return cells;
  };
  return inside(0, row, rows, top, bottom) * inside(1, column, columns, left, right);
}
