import { uniformNumbers } from "../../src/ir/index.ts";
import type { InPlacePair, PlanItem } from "../../src/region/index.ts";

/** Items with random sizes and lives. */
export function randomItems(seed: number, count: number, steps: number, mostBytes: number): PlanItem[] {
  const next = uniformNumbers(seed);
  return Array.from({ length: count }, (_, id) => {
    const first = Math.floor(next() * steps);
    const span = Math.floor(next() ** 3 * steps);
    return { id, bytes: Math.floor(next() ** 2 * mostBytes), first, last: Math.min(steps - 1, first + span) };
  });
}

/** Pairs of items of which one ends where the other begins; some of them. */
export function randomPairs(seed: number, items: readonly PlanItem[]): InPlacePair[] {
  const next = uniformNumbers(seed);
  return items.flatMap((from) =>
    items
      .filter((to) => to.id !== from.id && to.first === from.last && next() < 0.3)
      .map((to) => ({ from: from.id, to: to.id })),
  );
}
