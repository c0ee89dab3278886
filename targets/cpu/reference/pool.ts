import type { KernelParameters } from "../../../src/codegen/index.ts";
import { roundHalfEven } from "../../../src/ir/index.ts";
import type { PoolWorkload } from "../workload.ts";
import { saturateU8, toInt32 } from "./float32.ts";
import { quantizationOf } from "./parameters.ts";
import { dequantizeU8 } from "./quantize.ts";

/** Tensors of a `pool-u8` workload, each from the element its pointer names. */
export interface PoolOperands {
  readonly x: Uint8Array;
  /** Written. */
  readonly y: Uint8Array;
}

/** Cells of the input in one output's window: rows and columns of the window, [first, end). */
interface Cells {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** From the bytes of a window, row by row, to the byte of y. */
type Reduce = (bytes: readonly number[]) => number;

/** Computes y, element by element. */
export function evaluatePool(workload: PoolWorkload, { x, y }: PoolOperands, parameters: KernelParameters): void {
  const { rows, columns, channels, window } = workload;
  const reduce = reduction(workload, parameters);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cells = cellsOf(workload, row, column);
      const top = row * window.stride[0];
      const left = column * window.stride[1];
      for (let channel = 0; channel < channels; channel++) {
        const bytes: number[] = [];
        for (let ky = cells.rows[0]; ky < cells.rows[1]; ky++)
          for (let kx = cells.columns[0]; kx < cells.columns[1]; kx++) {
            const pixel = (top + ky * window.dilation[0]) * workload.x.row;
            bytes.push(x[pixel + (left + kx * window.dilation[1]) * workload.x.pixel + channel] as number);
          }
        y[row * workload.y.row + column * workload.y.pixel + channel] = reduce(bytes);
      }
    }
}

/** Only averages know where the input ends: the halo of a max pool holds what no maximum is. */
function cellsOf(workload: PoolWorkload, row: number, column: number): Cells {
  const { kernel } = workload.window;
  if (workload.kind !== "average") return { rows: [0, kernel[0]], columns: [0, kernel[1]] };
  return {
    rows: inputCells(workload, 0, row, workload.rows),
    columns: inputCells(workload, 1, column, workload.columns),
  };
}

/**
 * Taps of output `at` of `outputs` along an axis that lie in the input, [first, end): the input ends where the windows
 * end, less the padding that they reach.
 */
export function inputCells(
  { window, edge }: Pick<PoolWorkload, "window" | "edge">,
  axis: 0 | 1,
  at: number,
  outputs: number,
): readonly [number, number] {
  const [kernel, stride, dilation] = [window.kernel[axis], window.stride[axis], window.dilation[axis]];
  const before = edge.pads[axis];
  const end = (outputs - 1) * stride + (kernel - 1) * dilation + 1 - edge.pads[axis === 0 ? 2 : 3];
  const start = at * stride;
  const taps = Array.from({ length: kernel }, (_, tap) => start + tap * dilation);
  const first = taps.filter((cell) => cell < before).length;
  return [first, Math.max(first, taps.filter((cell) => cell < end).length)];
}

function reduction(workload: PoolWorkload, parameters: KernelParameters): Reduce {
  switch (workload.kind) {
    case "max":
      return (bytes) => Math.max(...bytes);
    case "average":
      return average(workload, parameters);
    case "global-average":
      return globalAverage(parameters);
  }
}

/**
 * ONNX Runtime's QLinearAveragePool: float32 sum of the dequantized bytes in the order of rows and columns, a division
 * by their count, one by the scale of y, the zero point added before the rounding. What does not fit int32 gives 0.
 */
function average({ window, edge }: PoolWorkload, parameters: KernelParameters): Reduce {
  const [x, y] = [quantizationOf(parameters, "x"), quantizationOf(parameters, "y")];
  const scale = Math.fround(y.scale);
  return (bytes) => {
    const sum = bytes.reduce((total, byte) => Math.fround(total + dequantizeU8(byte, x)), 0);
    const count = edge.counted ? window.kernel[0] * window.kernel[1] : bytes.length;
    const scaled = Math.fround(Math.fround(sum / count) / scale);
    return saturateU8(toInt32(Math.fround(scaled + y.zero)));
  };
}

/**
 * ONNX Runtime's QLinearGlobalAveragePool: integer sum of the bytes less their zero point, times
 * fl(sx / fl(sy * count)), clamped, rounded, the zero point added.
 */
function globalAverage(parameters: KernelParameters): Reduce {
  const [x, y] = [quantizationOf(parameters, "x"), quantizationOf(parameters, "y")];
  return (bytes) => {
    const count = bytes.length;
    const factor = globalFactor(x.scale, y.scale, count);
    const sum = bytes.reduce((total, byte) => total + byte, 0) - x.zero * count;
    const scaled = Math.fround(Math.fround(sum) * factor);
    return roundHalfEven(Math.min(255 - y.zero, Math.max(-y.zero, scaled))) + y.zero;
  };
}

/** fl(sx / fl(sy * count)), the factor of a global average. */
export function globalFactor(xScale: number, yScale: number, count: number): number {
  return Math.fround(Math.fround(xScale) / Math.fround(Math.fround(yScale) * count));
}
