import type { Strides, TransferWorkload } from "../../workload.ts";

/** A transfer as loops see it. */
export interface TransferPlan {
  /** `straight`: both sides channels-last. `interleave`: planar to channels-last. `separate`: channels-last to planar. */
  readonly kind: "straight" | "interleave" | "separate";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  /** Of the channels-last sides; a planar side has rows of contiguous columns and `plane` elements a channel. */
  readonly x: Strides;
  readonly y: Strides;
  readonly plane: number;
}

/** Elements up to which rows of a small map are joined at the cost of running on one thread. */
const smallMap = 65_536;

/**
 * Chooses the loops of a transfer: planar tensors that stand in memory as channels-last ones do are taken for such; the
 * rows of small maps are joined, because loops over columns work on many at a time.
 */
export function planTransfer({ rows, columns, channels, x, y }: TransferWorkload): TransferPlan {
  const flat = { row: columns, pixel: 1 };
  if (x === "planar" && y === "planar")
    return { kind: "straight", rows: channels * rows, columns, channels: 1, x: flat, y: flat, plane: 0 };
  const alike = channels === 1 ? flat : rows * columns === 1 ? { row: channels, pixel: channels } : undefined;
  const from = x === "planar" ? alike : x;
  const to = y === "planar" ? alike : y;
  if (from !== undefined && to !== undefined)
    return { kind: "straight", rows, columns, channels, x: from, y: to, plane: 0 };
  const strided = (from ?? to) as Strides;
  const joins = strided.row === columns * strided.pixel && columns < 32 && rows * columns * channels <= smallMap;
  const extent = joins ? { rows: 1, columns: rows * columns } : { rows, columns };
  const kind = from === undefined ? "interleave" : "separate";
  return { kind, ...extent, channels, x: from ?? flat, y: to ?? flat, plane: rows * columns };
}
