import { orderSteps } from "./order-steps.ts";
import type { InPlacePair, PlanItem } from "./plan-items.ts";
import type { MemoryPlan } from "./plan-memory.ts";
import { planMemory } from "./plan-memory.ts";
import type { StepAccess, StepBuffer } from "./step-graph.ts";

/** The order of a region's steps and the places of its buffers. */
export interface StepPlan {
  /** Indexes of the steps in the order they run. */
  readonly order: readonly number[];
  /** The buffers that steps touch, with the positions in `order` of the first and last that does. */
  readonly items: readonly PlanItem[];
  readonly memory: MemoryPlan;
}

/** Orders steps for the lowest peak and places their buffers. */
export function planSteps(steps: readonly StepAccess[], buffers: readonly StepBuffer[]): StepPlan {
  const { order } = orderSteps(steps, buffers);
  const items = itemsOf(steps, buffers, order);
  const pairs = steps.flatMap(({ inPlace }): readonly InPlacePair[] => inPlace ?? []);
  return { order, items, memory: planMemory(items, pairs) };
}

/** The lives of buffers when steps run in an order; those that no step touches have none. */
export function itemsOf(
  steps: readonly StepAccess[],
  buffers: readonly StepBuffer[],
  order: readonly number[] = steps.map((_, step) => step),
): PlanItem[] {
  const lives = new Map<number, { first: number; last: number }>();
  for (const [position, step] of order.entries()) {
    const { reads, writes } = steps[step] as StepAccess;
    for (const id of [...reads, ...writes]) {
      const life = lives.get(id);
      if (life === undefined) lives.set(id, { first: position, last: position });
      else life.last = position;
    }
  }
  return buffers.flatMap(({ id, bytes }) => {
    const life = lives.get(id);
    return life === undefined ? [] : [{ id, bytes, ...life }];
  });
}
