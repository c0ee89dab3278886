import type { FloatResizeWorkload } from "../../../float-workload.ts";
import type { LinearTap } from "../../../reference/resize-axis.ts";
import { linearTaps, resizeAxes } from "../../../reference/resize-axis.ts";
import type { Constant } from "../../bytes/constants.ts";

/** What rows and columns of a linear resize are interpolated from. */
export type Interpolation = Omit<FloatResizeWorkload, "op" | "y">;

/** Bytes of a tap in `params`: two int32 that say where its cells stand, their two weights. */
export const tapBytes = 16;

/** Taps of all rows and of all columns. */
export function tapsOf(workload: Interpolation): readonly [rows: readonly LinearTap[], columns: readonly LinearTap[]] {
  const [rows, columns] = resizeAxes(workload);
  return [linearTaps(rows, workload.coordinates), linearTaps(columns, workload.coordinates)];
}

/** A tap as constants, its cells in multiples of `unit`. */
export function tapConstants({ near, far, nearWeight, farWeight }: LinearTap, unit: number): readonly Constant[] {
  return [{ int: near * unit }, { int: far * unit }, { float: nearWeight }, { float: farWeight }];
}
