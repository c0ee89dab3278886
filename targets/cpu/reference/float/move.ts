import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { FloatBorderWorkload, FloatMoveWorkload } from "../../float-workload.ts";
import type { Strides } from "../../workload.ts";
import { numberOf } from "../parameters.ts";

/** Copies each element to where the other layout has it; the tensors begin with the elements their pointers name. */
export function evaluateFloatMove(
  workload: FloatMoveWorkload,
  { x, y }: { readonly x: Float32Array; readonly y: Float32Array | Float64Array },
): void {
  const { rows, columns, channels } = workload;
  const at = (layout: Strides | "planar", row: number, column: number, channel: number): number =>
    layout === "planar"
      ? (channel * rows + row) * columns + column
      : row * layout.row + column * layout.pixel + channel;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++)
        y[at(workload.y, row, column, channel)] = x[at(workload.x, row, column, channel)] as number;
}

/** Writes the halo, `y` from its top left element; the interior is left alone. */
export function evaluateFloatFillBorder(
  workload: FloatBorderWorkload,
  y: Float32Array | Float64Array,
  parameters: KernelParameters,
): void {
  const value = numberOf(parameters, "value");
  const [top, left, bottom, right] = workload.pads;
  for (let row = 0; row < top + workload.rows + bottom; row++)
    for (let column = 0; column < left + workload.columns + right; column++) {
      const inside = row >= top && row < top + workload.rows && column >= left && column < left + workload.columns;
      const start = row * workload.y.row + column * workload.y.pixel;
      if (!inside) y.fill(value, start, start + workload.channels);
    }
}
