import type { ItemTable } from "./plan-items.ts";
import { liveTogether } from "./plan-items.ts";

/** Which of the gaps that are large enough an item goes into. */
export type Fit = "best" | "first";

/** Offsets by item, and the end of the furthest. */
export interface Placed {
  readonly offsets: Float64Array;
  readonly bytes: number;
}

/**
 * Places items one after the other, each where nothing is that lives in one of its steps: into the smallest or the
 * lowest gap that holds it, else behind everything. A pair that may share its place does so where that is free.
 */
export function placeItems(table: ItemTable, order: readonly number[], fit: Fit): Placed {
  const { count, bytes } = table;
  const offsets = new Float64Array(count).fill(-1);
  const byOffset: number[] = [];
  let end = 0;
  for (const item of order) {
    const size = bytes[item] as number;
    const offset = sharedOffset(table, item, offsets, byOffset) ?? gapOffset(table, item, offsets, byOffset, fit);
    offsets[item] = offset;
    end = Math.max(end, offset + size);
    if (size > 0) insertByOffset(byOffset, offsets, item);
  }
  return { offsets, bytes: end };
}

function insertByOffset(byOffset: number[], offsets: Float64Array, item: number): void {
  const offset = offsets[item] as number;
  let low = 0;
  let high = byOffset.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[byOffset[middle] as number] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  byOffset.splice(low, 0, item);
}

/** The offset of a partner, when nothing else that lives in one of the item's steps is in the way. */
function sharedOffset(
  table: ItemTable,
  item: number,
  offsets: Float64Array,
  byOffset: readonly number[],
): number | undefined {
  for (const partner of table.partners[item] as ReadonlySet<number>) {
    const offset = offsets[partner] as number;
    if (offset < 0) continue;
    const end = offset + (table.bytes[item] as number);
    const free = byOffset.every((other) => {
      const start = offsets[other] as number;
      if (start >= end || start + (table.bytes[other] as number) <= offset || !liveTogether(table, item, other))
        return true;
      return start === offset && (table.partners[item] as ReadonlySet<number>).has(other);
    });
    if (free) return offset;
  }
  return undefined;
}

function gapOffset(
  table: ItemTable,
  item: number,
  offsets: Float64Array,
  byOffset: readonly number[],
  fit: Fit,
): number {
  const size = table.bytes[item] as number;
  let cursor = 0;
  let found: number | undefined;
  let smallest = Infinity;
  for (const other of byOffset) {
    if (!liveTogether(table, item, other)) continue;
    const start = offsets[other] as number;
    const gap = start - cursor;
    if (gap >= size && gap < smallest) {
      if (fit === "first") return cursor;
      found = cursor;
      smallest = gap;
    }
    cursor = Math.max(cursor, start + (table.bytes[other] as number));
  }
  return found ?? cursor;
}
