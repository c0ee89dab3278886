import { alignedBytes } from "./plan-items.ts";

/** What one step does to the buffers of an arena, by their ids. */
export interface StepAccess {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Pairs of a buffer read and one written that may begin at one place, when the step is the last to read the first. */
  readonly inPlace?: readonly { readonly from: number; readonly to: number }[];
}

/** A buffer that steps touch. */
export interface StepBuffer {
  readonly id: number;
  readonly bytes: number;
}

/** Steps as a graph over indexes. */
export interface StepGraph {
  readonly count: number;
  /** For each step, those that must run before it and those that must run after it. */
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
  /** For each step, the indexes of the buffers it touches. */
  readonly touches: readonly (readonly number[])[];
  /** For each step, pairs of buffer indexes that may share a place. */
  readonly inPlace: readonly (readonly (readonly [from: number, to: number])[])[];
  /** For each buffer, the steps that touch it, and what it takes of an arena. */
  readonly touchedBy: readonly (readonly number[])[];
  readonly bytes: readonly number[];
}

/**
 * The order that data demands: a step comes after those that, in the given order, wrote before what it reads or read
 * before what it writes. Steps that only write one buffer write different parts of it and may change places.
 */
export function stepGraph(steps: readonly StepAccess[], buffers: readonly StepBuffer[]): StepGraph {
  const indexes = new Map(buffers.map(({ id }, index) => [id, index]));
  const indexOf = (id: number): number => {
    const index = indexes.get(id);
    if (index === undefined) throw new Error(`a step touches buffer ${id}, which does not exist`);
    return index;
  };
  const before = steps.map(() => new Set<number>());
  const readers = buffers.map((): number[] => []);
  const writers = buffers.map((): number[] => []);
  const touchedBy = buffers.map(() => new Set<number>());
  for (const [step, { reads, writes }] of steps.entries()) {
    const [from, to] = [reads.map(indexOf), writes.map(indexOf)];
    for (const buffer of from) for (const writer of writers[buffer] as number[]) before[step]?.add(writer);
    for (const buffer of to) for (const reader of readers[buffer] as number[]) before[step]?.add(reader);
    for (const buffer of from) readers[buffer]?.push(step);
    for (const buffer of to) writers[buffer]?.push(step);
    for (const buffer of [...from, ...to]) touchedBy[buffer]?.add(step);
  }
  const after = steps.map((): number[] => []);
  before.forEach((earlier, step) => earlier.forEach((other) => after[other]?.push(step)));
  return {
    count: steps.length,
    before: before.map((earlier) => [...earlier]),
    after,
    touches: steps.map(({ reads, writes }) => [...new Set([...reads, ...writes].map(indexOf))]),
    inPlace: steps.map(({ inPlace = [] }) => inPlace.map(({ from, to }) => [indexOf(from), indexOf(to)] as const)),
    touchedBy: touchedBy.map((list) => [...list]),
    bytes: buffers.map(({ bytes }) => alignedBytes(bytes)),
  };
}
