import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { BorderWorkload } from "../workload.ts";
import { numberOf } from "./parameters.ts";

/** Writes the halo, `y` from its top left element; the interior is left alone. */
export function evaluateFillBorder(workload: BorderWorkload, y: Uint8Array, parameters: KernelParameters): void {
  const value = numberOf(parameters, "value");
  const [top, left, bottom, right] = workload.pads;
  for (let row = 0; row < top + workload.rows + bottom; row++)
    for (let column = 0; column < left + workload.columns + right; column++) {
      const inside = row >= top && row < top + workload.rows && column >= left && column < left + workload.columns;
      const start = row * workload.y.row + column * workload.y.pixel;
      if (!inside) y.fill(value, start, start + workload.channels);
    }
}
