import { expect, test } from "vitest";
import { arenaAlignment, planMemory } from "../../src/region/index.ts";
import type { InPlacePair, MemoryPlan, PlanItem } from "../../src/region/index.ts";
import { randomItems, randomPairs } from "./random-plans.ts";

function roundUp(bytes: number): number {
  return Math.ceil(bytes / arenaAlignment) * arenaAlignment;
}

/** Pairs of items that share bytes in a step although they may not. */
function collisions(items: readonly PlanItem[], plan: MemoryPlan, pairs: readonly InPlacePair[] = []): string[] {
  const found: string[] = [];
  const offset = (item: PlanItem): number => plan.offsets.get(item.id) as number;
  const maySwap = (a: PlanItem, b: PlanItem): boolean =>
    offset(a) === offset(b) && a.last === b.first && pairs.some(({ from, to }) => from === a.id && to === b.id);
  for (const [index, a] of items.entries())
    for (const b of items.slice(index + 1)) {
      const meet = a.first <= b.last && b.first <= a.last;
      const overlap = offset(a) < offset(b) + b.bytes && offset(b) < offset(a) + a.bytes;
      if (meet && overlap && !maySwap(a, b) && !maySwap(b, a)) found.push(`${a.id} and ${b.id}`);
    }
  return found;
}

test("no two items that live in one step overlap, and offsets are aligned", () => {
  for (let seed = 0; seed < 300; seed++) {
    const items = randomItems(seed, 1 + (seed % 40), 2 + (seed % 25), 5000);
    const pairs = seed % 2 === 0 ? [] : randomPairs(seed, items);
    const plan = planMemory(items, pairs);
    expect(collisions(items, plan, pairs)).toEqual([]);
    for (const { id, bytes } of items) {
      const offset = plan.offsets.get(id) as number;
      expect(offset % arenaAlignment).toBe(0);
      expect(offset + roundUp(bytes)).toBeLessThanOrEqual(plan.bytes);
    }
    expect(plan.bytes).toBeGreaterThanOrEqual(plan.lowerBound);
  }
});

test("the lower bound is what is live in the worst step", () => {
  for (let seed = 0; seed < 50; seed++) {
    const items = randomItems(seed, 30, 20, 5000);
    const live = Array.from({ length: 20 }, (_, step) =>
      items.reduce((sum, { bytes, first, last }) => sum + (first <= step && step <= last ? roundUp(bytes) : 0), 0),
    );
    expect(planMemory(items).lowerBound).toBe(Math.max(...live));
  }
});

test("random items fit into little more than the lower bound", () => {
  const ratios = Array.from({ length: 60 }, (_, seed) => {
    const plan = planMemory(randomItems(seed, 60, 40, 1 << 20));
    return plan.bytes / plan.lowerBound;
  });
  expect(Math.max(...ratios)).toBeLessThanOrEqual(1.1);
});

test("a chain takes two places, or one where it may work in place", () => {
  const items = Array.from({ length: 6 }, (_, id) => ({ id, bytes: 1000, first: id, last: id + 1 }));
  expect(planMemory(items).bytes).toBe(2 * 1024);
  const pairs = items.slice(1).map(({ id }) => ({ from: id - 1, to: id }));
  expect(planMemory(items, pairs)).toMatchObject({ bytes: 1024, lowerBound: 1024 });
});

test("a pair that does not meet in one step is not placed in one", () => {
  const items = [
    { id: 0, bytes: 64, first: 0, last: 2 },
    { id: 1, bytes: 64, first: 1, last: 3 },
  ];
  expect(planMemory(items, [{ from: 0, to: 1 }]).bytes).toBe(128);
});

test("equal input gives an equal plan; nothing takes nothing", () => {
  const items = randomItems(7, 80, 50, 1 << 16);
  expect(planMemory(items)).toEqual(planMemory(items.map((item) => ({ ...item }))));
  expect(planMemory([])).toEqual({ offsets: new Map(), bytes: 0, lowerBound: 0 });
});

test("items that make no sense are refused", () => {
  expect(() => planMemory([{ id: 0, bytes: 1, first: 2, last: 1 }])).toThrow("cannot live");
  expect(() => planMemory([{ id: 0, bytes: -1, first: 0, last: 1 }])).toThrow("cannot live");
  const item = { id: 0, bytes: 1, first: 0, last: 1 };
  expect(() => planMemory([item, item])).toThrow("one id");
  expect(() => planMemory([item], [{ from: 0, to: 5 }])).toThrow("no items");
});

test("two thousand items take less than two seconds", () => {
  const items = randomItems(3, 2000, 1500, 1 << 16);
  const start = process.cpuUsage();
  const plan = planMemory(items);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(2000);
  expect(collisions(items, plan)).toEqual([]);
});
