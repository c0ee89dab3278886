import type { Window } from "../workload.ts";

/** A transposed convolution: window and pads as its operator has them, and the sizes of its maps. */
export interface Transposition {
  readonly window: Window;
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
}

/**
 * A phase along one axis: results `first`, `first + stride`, … as an ordinary convolution of stride 1. Result i of the
 * `count` sums input `from + i + j · distance` times tap `tap - j · step`, for cells j of `cells`.
 */
export interface AxisPhase {
  readonly first: number;
  readonly count: number;
  readonly from: number;
  readonly cells: number;
  readonly distance: number;
  readonly tap: number;
  readonly step: number;
}

/** The phases along rows (0) or columns (1); those without any tap have 0 cells. */
export function phasesOf({ window, pads, output }: Omit<Transposition, "input">, axis: 0 | 1): readonly AxisPhase[] {
  const [kernel, stride, dilation] = [window.kernel[axis], window.stride[axis], window.dilation[axis]];
  const size = output[axis];
  return Array.from({ length: Math.min(stride, size) }, (_, first) => {
    // Input i meets tap k in the result i · stride + k · dilation - pad.
    const reach = (tap: number): number => first + pads[axis] - tap * dilation;
    const taps = Array.from({ length: kernel }, (__, tap) => tap).filter((tap) => reach(tap) % stride === 0);
    const [tap, next] = [taps.at(-1) ?? 0, taps.at(-2)];
    const step = next === undefined ? 1 : tap - next;
    return {
      ...{ first, cells: taps.length, tap, step, count: Math.ceil((size - first) / stride) },
      from: reach(tap) / stride,
      distance: next === undefined ? 1 : (step * dilation) / stride,
    };
  });
}

/** Whether every result has a tap of the kernel: the others would be their bias alone. */
export function reachesAll(transposition: Omit<Transposition, "input">): boolean {
  return ([0, 1] as const).every((axis) => phasesOf(transposition, axis).every(({ cells }) => cells > 0));
}

/** Cells outside the input that windows of any phase reach: top, left, bottom, right. */
export function transposedPads(transposition: Transposition): readonly [number, number, number, number] {
  const reached = ([0, 1] as const).map((axis) => {
    const phases = phasesOf(transposition, axis);
    const last = transposition.input[axis] - 1;
    return {
      before: Math.max(0, ...phases.map(({ from }) => -from)),
      behind: Math.max(
        0,
        ...phases.map(({ from, count, cells, distance }) => from + count - 1 + (cells - 1) * distance - last),
      ),
    };
  }) as [{ before: number; behind: number }, { before: number; behind: number }];
  const [rows, columns] = reached;
  return [rows.before, columns.before, rows.behind, columns.behind];
}

/** Neighbouring phases that differ in their tap alone, which makes them one with the channels of all. */
export function mergePhases(phases: readonly AxisPhase[]): readonly (readonly AxisPhase[])[] {
  const merged: AxisPhase[][] = [];
  for (const phase of phases) {
    const last = merged.at(-1);
    if (last?.[0] !== undefined && isAlike(last[0], phase)) last.push(phase);
    else merged.push([phase]);
  }
  return merged;
}

function isAlike(a: AxisPhase, b: AxisPhase): boolean {
  return (["count", "from", "cells", "distance", "step"] as const).every((name) => a[name] === b[name]);
}
