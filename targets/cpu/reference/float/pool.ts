import type { FloatPoolWorkload } from "../../float-workload.ts";
import { poolCells } from "./pool-cells.ts";

/** Tensors of a `pool-f32` workload, each from the element its pointer names. */
export interface FloatPoolOperands {
  readonly x: Float32Array;
  /** Written. */
  readonly y: Float32Array | Float64Array;
}

/** Computes y element by element, sums in float64. */
export function evaluateFloatPool(workload: FloatPoolWorkload, { x, y }: FloatPoolOperands): void {
  const { rows, columns, channels, kind } = workload;
  const [rowCells, columnCells] = [poolCells(workload, 0), poolCells(workload, 1)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++) {
        const values = windowValues(workload, x, row, column, channel);
        const sum = values.reduce((total, value) => total + value, 0);
        y[row * workload.y.row + column * workload.y.pixel + channel] =
          kind === "max" ? Math.max(...values) : sum / ((rowCells[row] as number) * (columnCells[column] as number));
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
