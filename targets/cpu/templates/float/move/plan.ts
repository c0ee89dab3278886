import type { FloatMoveWorkload } from "../../../float-workload.ts";
import { planTransfer } from "../../transfer/plan.ts";

/** A move between a planar and a channels-last tensor as loops see it; strides in bytes. */
export interface FloatMovePlan {
  readonly toPlanar: boolean;
  /** Rows that threads share out; pixels of each. */
  readonly rows: number;
  readonly pixels: number;
  readonly channels: number;
  readonly planar: { readonly argument: number; readonly row: number; readonly plane: number };
  readonly strided: { readonly argument: number; readonly row: number; readonly pixel: number };
}

/** The loops of a move; undefined where both sides are alike, and a copy does. */
export function planFloatMove(workload: FloatMoveWorkload, output: number): FloatMovePlan | undefined {
  const plan = planTransfer({ ...workload, op: "transfer", kind: "move" });
  if (plan.kind === "straight") return undefined;
  const toPlanar = plan.kind === "separate";
  const strides = toPlanar ? plan.x : plan.y;
  return {
    ...{ toPlanar, rows: plan.rows, pixels: plan.columns, channels: plan.channels },
    planar: { argument: toPlanar ? output : 0, row: 4 * plan.columns, plane: 4 * plan.plane },
    strided: { argument: toPlanar ? 0 : output, row: 4 * strides.row, pixel: 4 * strides.pixel },
  };
}
