import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { Strides, TransferWorkload } from "../workload.ts";
import { quantizationOf } from "./parameters.ts";
import { dequantizeU8, quantizeU8 } from "./quantize.ts";

/** Tensors of a `transfer` workload: Uint8Array, or Float32Array for the float32 side, each from the element its pointer names. */
export interface TransferOperands {
  readonly x: Uint8Array | Float32Array;
  /** Written. */
  readonly y: Uint8Array | Float32Array;
}

/** Quantizes, dequantizes or copies each element to where the other layout has it. */
export function evaluateTransfer(
  workload: TransferWorkload,
  { x, y }: TransferOperands,
  parameters: KernelParameters,
): void {
  const convert = conversion(workload.kind, parameters);
  for (let row = 0; row < workload.rows; row++)
    for (let column = 0; column < workload.columns; column++)
      for (let channel = 0; channel < workload.channels; channel++) {
        const at = (layout: Strides | "planar"): number => elementIndex(workload, layout, row, column, channel);
        y[at(workload.y)] = convert(x[at(workload.x)] as number);
      }
}

function conversion(kind: TransferWorkload["kind"], parameters: KernelParameters): (value: number) => number {
  if (kind === "move") return (value) => value;
  const quantization = quantizationOf(parameters);
  return kind === "quantize"
    ? (value) => quantizeU8(value, quantization)
    : (value) => dequantizeU8(value, quantization);
}

function elementIndex(
  { rows, columns }: TransferWorkload,
  layout: Strides | "planar",
  row: number,
  column: number,
  channel: number,
): number {
  return layout === "planar"
    ? (channel * rows + row) * columns + column
    : row * layout.row + column * layout.pixel + channel;
}
