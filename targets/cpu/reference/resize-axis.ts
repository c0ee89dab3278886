import type { ResizeWorkload } from "../workload.ts";

type Coordinates = ResizeWorkload["coordinates"];
type Rounding = ResizeWorkload["rounding"];

/** One axis of a resize: `scale` is float32 output length / input length, or what the model says it is. */
export interface ResizeAxis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
}

/** The two cells an output cell lies between, and the float32 weight of each. */
export interface LinearTap {
  readonly near: number;
  readonly far: number;
  readonly nearWeight: number;
  readonly farWeight: number;
}

/** Axes of a workload: rows, columns. */
export function resizeAxes(
  workload: Pick<ResizeWorkload, "input" | "scale" | "rows" | "columns">,
): readonly [ResizeAxis, ResizeAxis] {
  const [height, width] = workload.input;
  return [
    { input: height, output: workload.rows, scale: workload.scale[0] },
    { input: width, output: workload.columns, scale: workload.scale[1] },
  ];
}

/** Where the cell stands in the input, rounded to float32 at each operation as ONNX Runtime does. */
function original(axis: ResizeAxis, coordinates: Coordinates, cell: number): number {
  const scale = Math.fround(axis.scale);
  if (scale === 1) return cell;
  switch (coordinates) {
    case "asymmetric":
      return Math.fround(cell / scale);
    case "align_corners":
      return axis.output === 1 ? 0 : Math.fround(Math.fround(cell * (axis.input - 1)) / (axis.output - 1));
    case "pytorch_half_pixel":
      if (axis.output === 1) return 0;
      return Math.fround(Math.fround(Math.fround(cell + 0.5) / scale) - 0.5);
    case "half_pixel":
      return Math.fround(Math.fround(Math.fround(cell + 0.5) / scale) - 0.5);
  }
}

function roundBy(rounding: Rounding, x: number): number {
  switch (rounding) {
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    case "round_prefer_floor":
      return Math.ceil(x - 0.5);
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
  }
}

/** The input cell that each output cell copies. */
export function nearestCells(axis: ResizeAxis, coordinates: Coordinates, rounding: Rounding): Int32Array {
  return Int32Array.from({ length: axis.output }, (_, cell) =>
    Math.min(axis.input - 1, Math.max(0, roundBy(rounding, original(axis, coordinates, cell)))),
  );
}

/** The cells that each output cell is interpolated from; at the far end both are the last cell, with half the weight each. */
export function linearTaps(axis: ResizeAxis, coordinates: Coordinates): readonly LinearTap[] {
  return Array.from({ length: axis.output }, (_, cell) => {
    const x = Math.max(0, Math.min(axis.input - 1, original(axis, coordinates, cell)));
    const near = Math.floor(x);
    const far = Math.min(near + 1, axis.input - 1);
    if (near === far) return { near, far, nearWeight: 0.5, farWeight: 0.5 };
    return { near, far, nearWeight: Math.fround(far - x), farWeight: Math.fround(x - near) };
  });
}

/**
 * The value of every output element of a linear resize: four weighted cells summed in the order (near, near), (near, far),
 * (far, near), (far, far) of (row, column), each product and sum rounded to float32. `cell` gives the float32 value of
 * an element of the input.
 */
export function linearInterpolation(
  workload: Pick<ResizeWorkload, "input" | "scale" | "rows" | "columns" | "coordinates"> & {
    readonly x: { readonly row: number; readonly pixel: number };
  },
  cell: (index: number) => number,
): (row: number, column: number, channel: number) => number {
  const [rows, columns] = resizeAxes(workload).map((axis) => linearTaps(axis, workload.coordinates)) as [
    readonly LinearTap[],
    readonly LinearTap[],
  ];
  return (row, column, channel) => {
    const [v, h] = [rows[row] as LinearTap, columns[column] as LinearTap];
    const term = (y: number, yWeight: number, c: number, cWeight: number): number =>
      Math.fround(Math.fround(cWeight * yWeight) * cell(y * workload.x.row + c * workload.x.pixel + channel));
    const top = Math.fround(
      term(v.near, v.nearWeight, h.near, h.nearWeight) + term(v.near, v.nearWeight, h.far, h.farWeight),
    );
    const three = Math.fround(top + term(v.far, v.farWeight, h.near, h.nearWeight));
    return Math.fround(three + term(v.far, v.farWeight, h.far, h.farWeight));
  };
}
