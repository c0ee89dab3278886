import type { PlanItem } from "./plan-items.ts";
import { alignedBytes } from "./plan-items.ts";
import type { MemoryPlan } from "./plan-memory.ts";

/** The most rows and columns a picture of text has. */
const ROWS = 24;
const COLUMNS = 96;
/** Marks of buffers in the picture, by position modulo their number; `.` is free memory. */
const marks = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * A plan as text: a line of totals, one line a buffer by offset, and a picture with memory from bottom to top and steps
 * from left to right, where a cell shows the buffer that begins furthest up in it. Items are those of the plan.
 */
export function printPlan(plan: MemoryPlan, items: readonly PlanItem[], nameOf: (id: number) => string): string {
  const placed = placedItems(plan, items);
  const steps = stepCount(items);
  const digits = String(plan.bytes).length;
  const lines = placed.map(({ id, bytes, first, last, offset }, index) =>
    [
      mark(index),
      String(offset).padStart(digits),
      String(bytes).padStart(digits),
      `${first}-${last}`.padStart(2 * String(steps).length + 1),
      nameOf(id),
    ].join("  "),
  );
  return [`${printTotals(plan)}, ${items.length} buffers, ${steps} steps`, ...lines, ...picture(plan, items), ""].join(
    "\n",
  );
}

/** The size of a plan beside its lower bound: `arena 4096 bytes, 1.000 of what is live in the worst step (4096)`. */
export function printTotals({ bytes, lowerBound }: MemoryPlan): string {
  const ratio = lowerBound === 0 ? 1 : bytes / lowerBound;
  return `arena ${bytes} bytes, ${ratio.toFixed(3)} of what is live in the worst step (${lowerBound})`;
}

/** An item and where it is. */
export interface PlacedItem extends PlanItem {
  readonly offset: number;
}

/** Items by offset, then by first step. */
export function placedItems({ offsets }: MemoryPlan, items: readonly PlanItem[]): readonly PlacedItem[] {
  const offsetOf = (id: number): number => {
    const offset = offsets.get(id);
    if (offset === undefined) throw new Error(`item ${id} is not in the plan`);
    return offset;
  };
  return items
    .map((item) => ({ ...item, offset: offsetOf(item.id) }))
    .sort((a, b) => a.offset - b.offset || a.first - b.first || a.id - b.id);
}

/** Steps that the lives of items span, from step 0 on. */
export function stepCount(items: readonly PlanItem[]): number {
  return items.reduce((count, { last }) => Math.max(count, last + 1), 0);
}

function mark(index: number): string {
  return marks[index % marks.length] as string;
}

function picture(plan: MemoryPlan, items: readonly PlanItem[]): readonly string[] {
  const steps = stepCount(items);
  if (steps === 0 || plan.bytes === 0) return [];
  const rows = Math.min(ROWS, plan.bytes / alignedBytes(1));
  const columns = Math.min(COLUMNS, steps);
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => "."));
  const range = (from: number, to: number, whole: number, count: number): readonly [number, number] => [
    Math.floor((from * count) / whole),
    Math.ceil((to * count) / whole),
  ];
  for (const [index, { offset, bytes, first, last }] of placedItems(plan, items).entries()) {
    if (bytes === 0) continue;
    const [bottom, top] = range(offset, offset + alignedBytes(bytes), plan.bytes, rows);
    const [left, right] = range(first, last + 1, steps, columns);
    for (const row of cells.slice(bottom, top)) row.fill(mark(index), left, right);
  }
  return ["", ...cells.reverse().map((row) => row.join(""))];
}
