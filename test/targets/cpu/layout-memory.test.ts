import { expect, test } from "vitest";
import { Graph, NameScope, tensorType } from "../../../src/ir/index.ts";
import type { EmittedStep } from "../../../targets/cpu/layout-memory.ts";
import { planArena } from "../../../targets/cpu/layout-memory.ts";
import type { Storage } from "../../../targets/cpu/lower/buffers.ts";
import type { LoweredStep } from "../../../targets/cpu/lower/index.ts";

/** Steps that read and write storages, in an order that keeps more in memory than is needed. */
function stepsOf(plan: readonly (readonly [reads: readonly Storage[], writes: Storage | undefined])[], bytes: number) {
  const steps = plan.map(([reads, writes], index) => ({
    name: `step ${index}`,
    operands: Object.fromEntries(
      [...reads, ...(writes === undefined ? [] : [writes])].map((storage, i) => [
        `${i}`,
        { kind: "storage", storage, offset: 0 },
      ]),
    ),
  }));
  const emitted = plan.map(([reads, writes], index) => ({
    kernel: {
      arguments: [
        ...reads.map((_, i) => ({ name: `${i}`, bytes: index < 4 ? bytes : 64, access: "read" })),
        ...(writes === undefined ? [] : [{ name: `${reads.length}`, bytes: index < 2 ? bytes : 64, access: "write" }]),
      ],
    },
  }));
  return { steps: steps as unknown as readonly LoweredStep[], emitted: emitted as unknown as readonly EmittedStep[] };
}

test("what reads a result in the caller's memory runs after what writes it, however steps are ordered", () => {
  const value = new Graph("g", new NameScope()).addInput("y", tensorType("float32", [1, 16]));
  let id = 0;
  const storage = (output?: typeof value): Storage => ({ id: id++, name: `s${id}`, output });
  const [a, b, smallA, smallB, result] = [storage(), storage(), storage(), storage(), storage(value)];
  const { steps, emitted } = stepsOf(
    [
      [[], a],
      [[], b],
      [[a], smallA],
      [[b], smallB],
      [[smallA, smallB], result],
      [[result], undefined],
    ],
    4096,
  );
  const { order, bytes, buffers } = planArena(steps, emitted);
  // Reordered: both large ones are not held at once.
  expect(bytes).toBeLessThan(2 * 4096);
  expect(order.indexOf(5)).toBeGreaterThan(order.indexOf(4));
  // The caller's memory takes nothing of the arena.
  expect(buffers).toHaveLength(4);
});
