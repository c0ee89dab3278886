import type { DepthwiseWorkload, Window } from "../../workload.ts";

/** Rows of the input that `outputs` rows of y need, counted from the first row of the first window. */
export function inputRows({ kernel, stride, dilation }: Window, outputs: number): readonly number[] {
  const rows = new Set<number>();
  for (let output = 0; output < outputs; output++)
    for (let tap = 0; tap < kernel[0]; tap++) rows.add(output * stride[0] + tap * dilation[0]);
  return [...rows].sort((a, b) => a - b);
}

/**
 * Part of a window's column: input rows are taken in groups of as many as one dot product sums; a step is what a row of
 * y needs of one group. Its other taps have the weight 0.
 */
export interface RowStep {
  readonly output: number;
  readonly group: number;
  /** Place of the first tap in the group, its row in the kernel, and the number of taps. */
  readonly at: number;
  readonly kernelRow: number;
  readonly taps: number;
}

/** The steps of `outputs` rows of y, row by row. Those of fewer rows are the first of them. */
export function rowSteps(window: Window, outputs: number, groupRows: number): readonly RowStep[] {
  const rows = inputRows(window, outputs);
  return Array.from({ length: outputs }, (_, output) => {
    const places = Array.from({ length: window.kernel[0] }, (__, tap) =>
      rows.indexOf(output * window.stride[0] + tap * window.dilation[0]),
    );
    const groups = [...new Set(places.map((place) => Math.floor(place / groupRows)))];
    return groups.map((group): RowStep => {
      const kernelRow = places.findIndex((place) => Math.floor(place / groupRows) === group);
      const taps = places.filter((place) => Math.floor(place / groupRows) === group).length;
      return { output, group, at: (places[kernelRow] as number) % groupRows, kernelRow, taps };
    });
  }).flat();
}

/** A window along a row, in units of the largest common step of stride and dilation. */
export interface Across {
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  /** Units from the first tap to the last, both included. */
  readonly span: number;
  /** Bytes of x in a unit. */
  readonly unitBytes: number;
  /** Columns of y. */
  readonly columns: number;
}

/** How the windows of a workload move along a row. */
export function acrossOf({ window, columns, x }: Pick<DepthwiseWorkload, "window" | "columns" | "x">): Across {
  const [taps, stride, dilation] = [window.kernel[1], window.stride[1], window.dilation[1]];
  const unit = taps === 1 ? stride : greatestDivisor(stride, dilation);
  const [step, distance] = [stride / unit, taps === 1 ? 1 : dilation / unit];
  return {
    ...{ taps, columns, stride: step, dilation: distance },
    span: (taps - 1) * distance + 1,
    unitBytes: unit * x.pixel,
  };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
