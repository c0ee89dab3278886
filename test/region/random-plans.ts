import { uniformNumbers } from "../../src/ir/index.ts";
import type { InPlacePair, PlanItem, StepAccess, StepBuffer } from "../../src/region/index.ts";

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

/** Steps with the buffers they touch. */
export interface StepProblem {
  readonly steps: readonly StepAccess[];
  readonly buffers: readonly StepBuffer[];
}

/** Steps that write a buffer each and read some of those before; some may work in place. */
export function randomSteps(seed: number, count: number, mostBytes: number, inPlace: boolean): StepProblem {
  const next = uniformNumbers(seed);
  const buffers = Array.from({ length: count }, (_, id) => ({ id, bytes: 64 * (1 + Math.floor(next() * mostBytes)) }));
  const steps = buffers.map(({ id }): StepAccess => {
    const reads = [...new Set(Array.from({ length: Math.floor(next() * 3) }, () => Math.floor(next() * id)))];
    const from = reads[0];
    const pairs = inPlace && from !== undefined && id > 0 && next() < 0.5 ? [{ from, to: id }] : [];
    return id === 0 ? { reads: [], writes: [id] } : { reads, writes: [id], inPlace: pairs };
  });
  return { steps, buffers };
}

/**
 * A convolutional network: blocks of a residual, an inception (branches that write into one buffer) or a dense kind,
 * maps that shrink while channels grow, and a head that reads several of them.
 */
export function randomNetwork(seed: number, blocks: number): StepProblem {
  const next = uniformNumbers(seed);
  const steps: StepAccess[] = [];
  const buffers: { id: number; bytes: number }[] = [];
  const buffer = (bytes: number): number => buffers.push({ id: buffers.length, bytes: Math.ceil(bytes) }) - 1;
  const step = (reads: readonly number[], to: number, inPlace = false): number => {
    const from = reads.at(-1);
    const pairs = inPlace && from !== undefined ? [{ from, to }] : [];
    steps.push({ reads, writes: [to], inPlace: pairs });
    return to;
  };
  let pixels = 112 * 112;
  let channels = 16;
  let x = step([], buffer(pixels * channels));
  const taps: number[] = [];
  for (let block = 0; block < blocks; block++) {
    if (block % 3 === 2 && pixels > 49) {
      taps.push(x);
      pixels /= 4;
      channels *= 1.5;
    }
    const size = pixels * channels;
    const kind = Math.floor(next() * 3);
    if (kind === 0) {
      const wide = step([x], buffer(size * (1 + Math.floor(next() * 5))));
      const deep = step([wide], buffer(size * (1 + Math.floor(next() * 5))));
      const shortcut = next() < 0.5 ? x : step([x], buffer(size));
      x = step([shortcut, step([deep], buffer(size))], buffer(size), true);
    } else if (kind === 1) {
      const whole = buffer(size * 1.5);
      for (let branch = 0; branch < 3; branch++) {
        let y = x;
        for (let depth = Math.floor(next() * 3); depth > 0; depth--) y = step([y], buffer(size * next() * 2));
        step([y], whole);
      }
      x = whole;
    } else {
      const parts = [x];
      for (let layer = 0; layer < 3; layer++) parts.push(step([...parts], buffer(size / 2)));
      x = step(parts, buffer(size));
    }
  }
  for (const tap of taps) x = step([x, step([tap], buffer(49 * channels * 4))], buffer(49 * channels * 4));
  return { steps, buffers };
}
