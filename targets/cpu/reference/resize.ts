import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { ResizeWorkload } from "../workload.ts";
import { quantizationOf } from "./parameters.ts";
import { dequantizeU8, quantizeU8 } from "./quantize.ts";
import { linearInterpolation, nearestCells, resizeAxes } from "./resize-axis.ts";

/** Tensors of a `resize-u8` workload, each from the element its pointer names. */
export interface ResizeOperands {
  readonly x: Uint8Array;
  /** Written. */
  readonly y: Uint8Array;
}

/**
 * Nearest copies bytes. Linear is ONNX Runtime's DequantizeLinear, float32 Resize, QuantizeLinear, bit for bit: four
 * weighted cells summed in the order (near, near), (near, far), (far, near), (far, far) of (row, column), each product
 * and sum rounded. Where rows are kept and its layout is channels-last, it takes columns for rows and channels for
 * columns: float32 sums may then differ in the last place, and a byte near a half by one step.
 */
export function evaluateResize(workload: ResizeWorkload, operands: ResizeOperands, parameters: KernelParameters): void {
  const pixel = workload.mode === "nearest" ? nearest(workload, operands) : linear(workload, operands, parameters);
  for (let row = 0; row < workload.rows; row++)
    for (let column = 0; column < workload.columns; column++)
      for (let channel = 0; channel < workload.channels; channel++)
        operands.y[row * workload.y.row + column * workload.y.pixel + channel] = pixel(row, column, channel);
}

type Pixel = (row: number, column: number, channel: number) => number;

function nearest(workload: ResizeWorkload, { x }: ResizeOperands): Pixel {
  const [rows, columns] = resizeAxes(workload).map((axis) =>
    nearestCells(axis, workload.coordinates, workload.rounding),
  ) as [Int32Array, Int32Array];
  return (row, column, channel) =>
    x[(rows[row] as number) * workload.x.row + (columns[column] as number) * workload.x.pixel + channel] as number;
}

function linear(workload: ResizeWorkload, { x }: ResizeOperands, parameters: KernelParameters): Pixel {
  const [from, to] = [quantizationOf(parameters, "x"), quantizationOf(parameters, "y")];
  const value = linearInterpolation(workload, (index) => dequantizeU8(x[index] as number, from));
  return (row, column, channel) => quantizeU8(value(row, column, channel), to);
}
