import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { Point } from "../../../../src/schedule/record.ts";
import type { Space } from "../../../../src/schedule/template.ts";
import type { PoolWorkload } from "../../workload.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Piece } from "../bytes/static-run.ts";
import { emitStorePiece } from "../bytes/static-run.ts";
import type { Across } from "../depthwise/geometry.ts";
import { acrossOf } from "../depthwise/geometry.ts";
import { emitChannelPieces, emitPieceLoad, emitPoolRows, emitTurns, emitWindow, emitZero } from "./walk.ts";
import { pieceVector, poolRegisters } from "./walk.ts";

/** A point of max pools by name. */
export interface MaxPoolPoint {
  /** 1: the maxima of columns stay in registers for the next windows. */
  readonly keep: number;
  /** Outputs of a row that are unrolled; 0: none, the window is a loop. */
  readonly columns: number;
}

/** The register of the result and one for narrow operands; the others hold columns. */
const [result, narrow, firstColumn] = [0, 1, 2];

/** The named parameters of a point; all must be there. */
export function maxPoolPoint({ keep, columns }: Point): MaxPoolPoint {
  if (keep === undefined || columns === undefined) throw new Error("a point of max pools lacks keep or columns");
  return { keep, columns };
}

/** Windows of up to so many cells are unrolled. */
const unrolledCells = 64;

/** All points of a max pool. */
export function maxPoolSpace(workload: PoolWorkload, simd: Simd): Space {
  const across = acrossOf(workload);
  const counts = Array.from({ length: 16 }, (_, index) => index + 1);
  return {
    parameters: [
      { name: "keep", values: [0, 1] },
      { name: "columns", values: [0, ...counts.filter((count) => count <= across.columns)] },
    ],
    legal: (values) => isLegal(workload, simd, across, maxPoolPoint(values)),
  };
}

function isLegal(workload: PoolWorkload, simd: Simd, across: Across, { keep, columns }: MaxPoolPoint): boolean {
  const { kernel } = workload.window;
  if (keep === 0) return columns === 0 ? kernel[0] * kernel[1] > 1 : kernel[0] * kernel[1] <= unrolledCells;
  if (columns === 0 || across.span <= across.stride) return false;
  if (firstColumn + across.span > 2 * simd.lanes || kernel[0] > unrolledCells) return false;
  return columns === across.columns || (columns * across.stride) % across.span === 0;
}

/** Kept columns where windows overlap, as few of them unrolled as can be; else some outputs, or a loop over the window. */
export function maxPoolSeed(workload: PoolWorkload, simd: Simd): Point {
  const space = maxPoolSpace(workload, simd);
  const columns = space.parameters.find(({ name }) => name === "columns")?.values.filter((count) => count > 0) ?? [];
  const points = [
    ...columns.map((count) => ({ keep: 1, columns: count })),
    ...[4, 2, 1].filter((count) => columns.includes(count)).map((count) => ({ keep: 0, columns: count })),
    { keep: 0, columns: 0 },
  ];
  return points.find((point) => space.legal(point)) ?? { keep: 0, columns: 1 };
}

/** Instructions of a point: loads and maxima. */
export function maxPoolCost(workload: PoolWorkload, values: Point): number {
  const { rows, columns, channels, window } = workload;
  const point = maxPoolPoint(values);
  const across = acrossOf(workload);
  const [kh, kw] = window.kernel;
  const cells = point.keep === 1 ? across.stride * kh + kw : kh * kw * (point.columns === 0 ? 1.5 : 1);
  const turns = point.columns === 0 ? 1 : 3 / point.columns;
  return rows * columns * Math.ceil(channels / 64) * (cells + turns + 1) * 0.12;
}

interface Part {
  readonly a: Assembler;
  readonly workload: PoolWorkload;
  readonly across: Across;
  readonly bytes: Piece["bytes"];
}

/** Emits all rows of a max pool. */
export function emitMaxPool(a: Assembler, simd: Simd, workload: PoolWorkload, point: MaxPoolPoint): void {
  const across = acrossOf(workload);
  emitPoolRows(a, workload, () => {
    emitChannelPieces(a, simd, workload.channels, (bytes, label) =>
      emitColumns({ a, workload, across, bytes }, point, label),
    );
  });
}

/** One row of outputs for the channels at `x`. */
function emitColumns(part: Part, { keep, columns }: MaxPoolPoint, label: string): void {
  const { a, workload, across } = part;
  const unrolled = Math.max(1, columns);
  const loops = Math.floor(across.columns / unrolled);
  const emitOutput = (output: number): void => {
    if (columns === 0) emitLoopedWindow(part, label);
    else if (keep === 0) emitWindowOf(part, output);
    else emitKept(part, output);
    emitStorePiece(a, result, part.bytes, mem(poolRegisters.y, { disp: output * workload.y.pixel }));
  };
  if (keep === 1) for (let column = 0; column < across.span - across.stride; column++) emitColumn(part, column);
  emitTurns(a, poolRegisters.column, loops, `${label}.column`, () => {
    for (let output = 0; output < unrolled; output++) emitOutput(output);
    a.emit("add", poolRegisters.x, unrolled * across.stride * across.unitBytes);
    a.emit("add", poolRegisters.y, unrolled * workload.y.pixel);
  });
  for (let output = 0; output < across.columns % unrolled; output++) emitOutput(output);
}

/** target = maximum of target and the bytes at `from`. */
function emitMaximum({ a, bytes }: Part, target: Register, from: Memory): void {
  if (bytes >= 16) {
    a.emit("vpmaxub", target, target, from);
    return;
  }
  emitPieceLoad(a, narrow, bytes, from);
  a.emit("vpmaxub", target, target, pieceVector(narrow, bytes));
}

function emitMaximumOf(part: Part, n: number, places: readonly Memory[]): void {
  places.forEach((place, index) => {
    if (index === 0) emitPieceLoad(part.a, n, part.bytes, place);
    else emitMaximum(part, pieceVector(n, part.bytes), place);
  });
}

function columnPlaces({ workload, across }: Part, column: number): readonly Memory[] {
  const { window, x } = workload;
  return Array.from({ length: window.kernel[0] }, (_, tap) =>
    mem(poolRegisters.x, { disp: tap * window.dilation[0] * x.row + column * across.unitBytes }),
  );
}

/** The maximum of one column of cells, in its register; nothing for a column that no window has. */
function emitColumn(part: Part, column: number): void {
  const { across } = part;
  const taken = Array.from({ length: across.taps }, (_, tap) => (column - tap * across.dilation) / across.stride);
  if (taken.some((output) => Number.isInteger(output)))
    emitMaximumOf(part, firstColumn + (column % across.span), columnPlaces(part, column));
}

function emitKept(part: Part, output: number): void {
  const { a, across, bytes } = part;
  const first = output * across.stride;
  for (let column = first + across.span - across.stride; column < first + across.span; column++)
    emitColumn(part, column);
  const column = (tap: number): Register =>
    pieceVector(firstColumn + ((first + tap * across.dilation) % across.span), bytes);
  const target = pieceVector(result, bytes);
  a.emit("vpmaxub", target, column(0), column(1));
  for (let tap = 2; tap < across.taps; tap++) a.emit("vpmaxub", target, target, column(tap));
}

function emitWindowOf(part: Part, output: number): void {
  const { across } = part;
  const places = Array.from({ length: across.taps }, (_, tap) =>
    columnPlaces(part, output * across.stride + tap * across.dilation),
  ).flat();
  emitMaximumOf(part, result, places);
}

function emitLoopedWindow(part: Part, label: string): void {
  const { a, workload, bytes } = part;
  const target = pieceVector(result, bytes);
  emitZero(a, target);
  emitWindow(a, workload, label, (at) => emitMaximum(part, target, at));
}
