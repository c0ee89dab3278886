import type { PlanItem } from "./plan-items.ts";
import { itemTable, mostLiveBytes } from "./plan-items.ts";
import type { MemoryPlan } from "./plan-memory.ts";

/** A buffer of an arena that is laid out: where it stands, and the first and last step that touch it. */
export interface PlacedBuffer {
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** The plan of an arena of `bytes` whose buffers stand where they stand, for printing and drawing. */
export function knownPlan(
  buffers: readonly PlacedBuffer[],
  bytes: number,
): { readonly plan: MemoryPlan; readonly items: readonly PlanItem[] } {
  const items = buffers.map(({ offset: _, ...item }, id) => ({ id, ...item }));
  const offsets = new Map(buffers.map(({ offset }, id) => [id, offset]));
  return { plan: { offsets, bytes, lowerBound: mostLiveBytes(itemTable(items, [])) }, items };
}
