import { expect, test } from "vitest";
import { itemsOf, orderSteps, planMemory, planSteps } from "../../src/region/index.ts";
import type { StepAccess, StepBuffer } from "../../src/region/index.ts";
import { randomNetwork, randomSteps } from "./random-plans.ts";
import type { StepProblem } from "./random-plans.ts";

/** Bytes live in the worst step of an order, found from the lives of the buffers. */
function peakOf({ steps, buffers }: StepProblem, order?: readonly number[]): number {
  return planMemory(
    itemsOf(steps, buffers, order),
    steps.flatMap(({ inPlace }) => inPlace ?? []),
  ).lowerBound;
}

/** What an order must not change: for each buffer, which writers a reader comes after, and readers a writer. */
function dependences(steps: readonly StepAccess[], order: readonly number[]): Set<string> {
  const found = new Set<string>();
  for (const [position, step] of order.entries())
    for (const earlier of order.slice(0, position)) {
      const [a, b] = [steps[earlier] as StepAccess, steps[step] as StepAccess];
      const depends = b.reads.some((id) => a.writes.includes(id)) || b.writes.some((id) => a.reads.includes(id));
      if (depends) found.add(`${earlier} ${step}`);
    }
  return found;
}

function allOrders({ steps }: StepProblem): number[][] {
  const orders: number[][] = [];
  const visit = (order: number[]): void => {
    if (order.length === steps.length) orders.push([...order]);
    for (const [step, { reads }] of steps.entries()) {
      if (order.includes(step) || !reads.every((id) => order.includes(id))) continue;
      visit([...order, step]);
    }
  };
  visit([]);
  return orders;
}

test("orders are permutations that keep what data demands, with the peak they claim", () => {
  for (let seed = 0; seed < 60; seed++) {
    const problem = seed % 2 === 0 ? randomSteps(seed, 30, 100, seed % 4 === 0) : randomNetwork(seed, 6);
    const { order, peak } = orderSteps(problem.steps, problem.buffers);
    const given = problem.steps.map((_, step) => step);
    expect([...order].sort((a, b) => a - b)).toEqual(given);
    expect(dependences(problem.steps, order)).toEqual(dependences(problem.steps, given));
    expect(peak).toBe(peakOf(problem, order));
    expect(peak).toBeLessThanOrEqual(peakOf(problem));
  }
});

test("small graphs get the lowest peak of all orders", () => {
  let better = 0;
  for (let seed = 0; seed < 150; seed++) {
    const problem = randomSteps(seed, 7, 40, seed % 2 === 0);
    const lowest = Math.min(...allOrders(problem).map((order) => peakOf(problem, order)));
    const { peak, optimal } = orderSteps(problem.steps, problem.buffers);
    expect({ seed, peak, optimal }).toEqual({ seed, peak: lowest, optimal: true });
    if (lowest < peakOf(problem)) better++;
  }
  expect(better).toBeGreaterThan(20);
});

test("branches run one after the other instead of side by side", () => {
  const size = { wide: 1000 * 64, narrow: 64 };
  const branches = 8;
  const steps: StepAccess[] = [{ reads: [], writes: [0] }];
  const buffers: StepBuffer[] = [{ id: 0, bytes: 64 }];
  for (let b = 0; b < branches; b++) {
    buffers.push({ id: 1 + b, bytes: size.wide });
    steps.push({ reads: [0], writes: [1 + b] });
  }
  for (let b = 0; b < branches; b++) {
    buffers.push({ id: 100 + b, bytes: size.narrow });
    steps.push({ reads: [1 + b], writes: [100 + b] });
  }
  steps.push({ reads: buffers.slice(-branches).map(({ id }) => id), writes: [999] });
  buffers.push({ id: 999, bytes: 64 });
  const { peak, optimal } = orderSteps(steps, buffers);
  expect(peak).toBe(size.wide + branches * 64);
  expect(optimal).toBe(true);
});

test("the given order stays where none is better", () => {
  const steps = Array.from({ length: 20 }, (_, id) => ({ reads: id === 0 ? [] : [id - 1], writes: [id] }));
  const buffers = steps.map((_, id) => ({ id, bytes: 64 }));
  expect(orderSteps(steps, buffers).order).toEqual(steps.map((_, step) => step));
});

test("a reader of a buffer stays between the writers before and after it", () => {
  const steps: StepAccess[] = [
    { reads: [], writes: [0] },
    { reads: [0], writes: [1] },
    { reads: [1], writes: [0] },
    { reads: [0], writes: [2] },
  ];
  const buffers = [0, 1, 2].map((id) => ({ id, bytes: 100 }));
  expect(orderSteps(steps, buffers).order).toEqual([0, 1, 2, 3]);
  expect(() => orderSteps([{ reads: [5], writes: [] }], buffers)).toThrow("buffer 5");
  expect(orderSteps([], [])).toEqual({ order: [], peak: 0, optimal: true });
});

test("networks are planned within 1.1 of the lower bound, in less than three seconds each", () => {
  const ratios: number[] = [];
  for (let seed = 0; seed < 24; seed++) {
    const { steps, buffers } = randomNetwork(seed, 6 + (seed % 4) * 8);
    const start = process.cpuUsage();
    const { memory, order } = planSteps(steps, buffers);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000);
    ratios.push(memory.bytes / memory.lowerBound);
    expect(planSteps(steps, buffers).order).toEqual(order);
  }
  expect(Math.max(...ratios)).toBeLessThanOrEqual(1.1);
});
