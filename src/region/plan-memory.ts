import { uniformNumbers } from "../ir/index.ts";
import type { Fit, Placed } from "./place-items.ts";
import { placeItems } from "./place-items.ts";
import type { InPlacePair, ItemTable, PlanItem } from "./plan-items.ts";
import { itemTable, liveTogether, mostLiveBytes } from "./plan-items.ts";

/** Where the items of an arena are. */
export interface MemoryPlan {
  /** Byte offsets by id, multiples of `arenaAlignment`. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Size of the arena. */
  readonly bytes: number;
  /** Bytes live in the worst step: no plan for this order of steps is smaller. */
  readonly lowerBound: number;
}

/** Bounds the search: pairs of items looked at, some 10 ns each. */
const SEARCH_EFFORT = 2e7;
const MOST_ROUNDS = 1000;
const STARTS = 4;

/**
 * Places items so that no two that live in a common step overlap, in as few bytes as it finds: several orders, two ways
 * of choosing a gap, then a seeded search that moves the items on top to an earlier turn. Equal input, equal plan.
 */
export function planMemory(items: readonly PlanItem[], inPlace: readonly InPlacePair[] = []): MemoryPlan {
  const table = itemTable(items, inPlace);
  const lowerBound = mostLiveBytes(table);
  const { offsets, bytes } = search(table, lowerBound);
  return { offsets: new Map(items.map(({ id }, index) => [id, offsets[index] as number])), bytes, lowerBound };
}

interface Attempt {
  readonly order: readonly number[];
  readonly fit: Fit;
  readonly placed: Placed;
}

function search(table: ItemTable, lowerBound: number): Placed {
  const attempts: Attempt[] = [];
  for (const order of startingOrders(table))
    for (const fit of ["best", "first"] as const) {
      const placed = placeItems(table, order, fit);
      if (placed.bytes === lowerBound) return placed;
      attempts.push({ order, fit, placed });
    }
  attempts.sort((a, b) => a.placed.bytes - b.placed.bytes);
  let best: Placed | undefined;
  for (const [seed, attempt] of attempts.slice(0, STARTS).entries()) {
    const placed = improve(table, attempt, lowerBound, seed);
    if (best === undefined || placed.bytes < best.bytes) best = placed;
    if (placed.bytes === lowerBound) break;
  }
  if (best === undefined) throw new Error("no order to place items in");
  return best;
}

/** Orders that do well on different graphs; ties go by index, so that equal input gives equal plans. */
function startingOrders(table: ItemTable): readonly (readonly number[])[] {
  const { count, bytes, first, last } = table;
  const size = (item: number): number => bytes[item] as number;
  const start = (item: number): number => first[item] as number;
  const span = (item: number): number => (last[item] as number) - start(item) + 1;
  const conflicts = Float64Array.from({ length: count }, (_, item) => {
    let sum = 0;
    for (let other = 0; other < count; other++) if (liveTogether(table, item, other)) sum += size(other);
    return sum;
  });
  const inOrderOf = (...keys: readonly ((item: number) => number)[]): readonly number[] =>
    Array.from({ length: count }, (_, item) => item).sort((a, b) => {
      for (const key of keys) if (key(a) !== key(b)) return key(a) - key(b);
      return a - b;
    });
  return [
    inOrderOf((item) => -size(item), start),
    inOrderOf(
      (item) => -(conflicts[item] as number),
      (item) => -size(item),
    ),
    inOrderOf((item) => -size(item) * span(item)),
    inOrderOf(
      (item) => -span(item),
      (item) => -size(item),
    ),
    inOrderOf(start, (item) => -size(item)),
    inOrderOf(
      (item) => -(last[item] as number),
      (item) => -size(item),
    ),
  ];
}

/** Gives the items on top an earlier turn, and keeps what is not worse. */
function improve(table: ItemTable, from: Attempt, lowerBound: number, seed: number): Placed {
  const random = uniformNumbers(seed);
  const rounds = Math.min(MOST_ROUNDS, Math.floor(SEARCH_EFFORT / STARTS / table.count ** 2));
  let current = from;
  for (let round = 0; round < rounds && current.placed.bytes > lowerBound; round++) {
    const { offsets, bytes } = current.placed;
    const top = current.order.filter((item) => (offsets[item] as number) + (table.bytes[item] as number) === bytes);
    const moved = top[Math.floor(random() * top.length)] as number;
    const order = current.order.filter((item) => item !== moved);
    order.splice(Math.floor(random() * (current.order.indexOf(moved) + 1)), 0, moved);
    const fit: Fit = random() < 0.5 ? "best" : "first";
    const placed = placeItems(table, order, fit);
    if (placed.bytes <= bytes) current = { order, fit, placed };
  }
  return current.placed;
}
