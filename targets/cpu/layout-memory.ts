import type { Kernel } from "../../src/codegen/index.ts";
import type { Value } from "../../src/ir/index.ts";
import { sizeOf } from "../../src/ir/index.ts";
import type { BoundPack, PlacedBuffer } from "../../src/region/index.ts";
import { planSteps } from "../../src/region/index.ts";
import type { Storage } from "./lower/buffers.ts";
import type { LoweredStep } from "./lower/index.ts";
import type { Selection } from "./select.ts";

/** The kernel of a step and what it was emitted from. */
export interface EmittedStep {
  readonly kernel: Kernel;
  readonly selection: Selection;
}

/** The order of the steps, and where storages stand in the arena. */
export interface ArenaPlan {
  readonly order: readonly number[];
  readonly bytes: number;
  /** The storages, with the first and last position in `order` that touch them. */
  readonly buffers: readonly PlacedBuffer[];
  offset(storage: Storage): number;
}

/** Orders the steps and places the storages: each as long as the furthest byte that a kernel touches. */
export function planArena(steps: readonly LoweredStep[], emitted: readonly EmittedStep[]): ArenaPlan {
  const sizes = new Map<number, number>();
  const accesses = steps.map(({ operands }, step) => {
    const reads = new Set<number>();
    const writes = new Set<number>();
    for (const { name, bytes, access } of (emitted[step] as EmittedStep).kernel.arguments) {
      const operand = operands[name];
      if (operand?.kind !== "storage") continue;
      const { storage, offset } = operand;
      // The caller's memory takes nothing of the arena, but what reads it waits for what writes it.
      const needed = storage.output === undefined ? offset + bytes : 0;
      sizes.set(storage.id, Math.max(sizes.get(storage.id) ?? 0, needed));
      if (access !== "write") reads.add(storage.id);
      if (access !== "read") writes.add(storage.id);
    }
    return { reads: [...reads], writes: [...writes] };
  });
  const { order, items, memory } = planSteps(
    accesses,
    [...sizes].map(([id, bytes]) => ({ id, bytes })),
  );
  const offsetOf = (id: number): number => memory.offsets.get(id) as number;
  const buffers = items
    .filter(({ bytes }) => bytes > 0)
    .map(({ id, bytes, first, last }) => ({ offset: offsetOf(id), bytes, first, last }));
  return { order, bytes: memory.bytes, buffers, offset: ({ id }) => offsetOf(id) };
}

const ALIGNMENT = 64;

/** Where packed constants stand, and what fills them. */
export interface WeightsLayout {
  readonly bytes: number;
  readonly packs: readonly BoundPack[];
  offset(step: number, argument: string): number;
}

/** Packed constants one after the other, in the order of execution: what runs next is read next. */
export function layOutWeights(
  steps: readonly LoweredStep[],
  emitted: readonly EmittedStep[],
  inputs: readonly Value[],
): WeightsLayout {
  const packs: BoundPack[] = [];
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [step, { constants, parameters, operands }] of steps.entries())
    for (const argument of (emitted[step] as EmittedStep).kernel.arguments) {
      const operand = operands[argument.name];
      if (argument.packs === undefined && operand?.kind !== "constant") continue;
      const base = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      offsets.set(`${step} ${argument.name}`, base);
      end = base + argument.bytes;
      if (argument.packs === undefined && operand?.kind === "constant") {
        packs.push(constantPack(operand.value, base, inputs));
        continue;
      }
      const sources = Object.fromEntries(
        Object.entries(constants).map(([role, value]) => [role, indexOf(inputs, value)]),
      );
      for (const pack of argument.packs?.(parameters) ?? []) packs.push({ pack, base, sources });
    }
  return { bytes: end, packs, offset: (step, argument) => offsets.get(`${step} ${argument}`) as number };
}

/** A constant operand, copied as it is. */
function constantPack(value: Value, base: number, inputs: readonly Value[]): BoundPack {
  const count = sizeOf(value.constant?.shape ?? []);
  const elementBytes = value.constant?.dtype === "float32" ? 4 : 1;
  return {
    base,
    sources: { value: indexOf(inputs, value) },
    pack: {
      ...{ kind: "copy", from: "value", elementBytes, sourceOffset: 0, targetOffset: 0 },
      loops: [{ count, source: 1, target: elementBytes }],
    },
  };
}

/** The position of a value that crosses the border; a plain Error when it does not. */
export function indexOf(values: readonly Value[], value: Value): number {
  const index = values.indexOf(value);
  if (index < 0) throw new Error(`"${value.name}" does not cross the region's border`);
  return index;
}
