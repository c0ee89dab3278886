import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { r10, r11, r14, r15, r8, r9, rbp, rcx, rdi, rdx, rsi } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";
import type { TileExtent } from "./tile-walk.ts";
import { emitTileWalk } from "./tile-walk.ts";
import type { Transform } from "./transform.ts";
import { transformOf } from "./transform.ts";

/** Pointers of the tile. */
const tile = { y: r8, residual: r10, sums: r9 };

/**
 * Pointers while a vector of output channels of a tile is transformed: `params` and `table` are those arguments, `scales`
 * the multipliers of the first point.
 */
export const outputPointers = {
  ...{ y: rdx, residual: rsi, sums: r11, bias: r14, scales: rbp },
  ...{ params: r15, table: rdi },
};

/** Emits what makes outputs of the sums of one tile and one vector of channels. */
export type EmitVector = (extent: TileExtent, label: string) => void;

/**
 * Transforms the sums of a block of tiles and one of output channels into y. `vector` is emitted in a loop whose counter
 * rcx is 1 for the last vector of the block; it may use rax and what {@link outputPointers} leaves of r14, rbp and rdi.
 */
export function emitOutputTransform(emission: Emission, vector: EmitVector): void {
  const { a, plan } = emission;
  const { workload, arithmetic, points, inputs, sums, point } = plan;
  const { residual } = workload.epilogue;
  transformOf(point.tile, arithmetic.simd).prepareOutput(a);
  a.emit("mov", tile.sums, slot("scratch"));
  a.emit("add", tile.sums, points * inputs.point);
  const { elementBytes } = arithmetic;
  const { y } = workload;
  const step = { y: elementBytes.y * point.tile, residual: elementBytes.residual * point.tile };
  const pointers = [
    { register: tile.y, start: slot("yBlock"), column: step.y * y.pixel, row: step.y * y.row },
    ...(residual === undefined
      ? []
      : [
          {
            ...{ register: tile.residual, start: slot("residualBlock") },
            ...{ column: step.residual * residual.pixel, row: step.residual * residual.row },
          },
        ]),
  ];
  emitTileWalk(emission, "output", pointers, (extent, label) => {
    emitTile(emission, vector, extent, label);
    a.emit("add", tile.sums, sums.tile);
  });
}

/** All vectors of the block for one tile. */
function emitTile({ a, plan }: Emission, vector: EmitVector, extent: TileExtent, label: string): void {
  const { workload, arithmetic } = plan;
  const { simd, elementBytes } = arithmetic;
  const { lanes } = simd;
  const { y, residual, sums, bias, scales } = outputPointers;
  const pointers = [
    { pointer: y, start: tile.y, bytes: elementBytes.y * lanes },
    ...(workload.epilogue.residual === undefined
      ? []
      : [{ pointer: residual, start: tile.residual, bytes: elementBytes.residual * lanes }]),
    { pointer: sums, start: tile.sums, bytes: 4 * lanes },
    ...(workload.bias ? [{ pointer: bias, start: slot("biasBlock"), bytes: 4 * lanes }] : []),
    ...(arithmetic.sumSteps === undefined ? [] : [{ pointer: scales, start: slot("scalesBlock"), bytes: 4 * lanes }]),
  ];
  for (const { pointer, start } of pointers) a.emit("mov", pointer, start);
  a.emit("mov", rcx, slot("vectors"));
  a.bind(`${label}.vectors`);
  vector(extent, label);
  for (const { pointer, bytes } of pointers) a.emit("add", pointer, bytes);
  a.emit("sub", rcx, 1);
  a.emit("jnz", a.label(`${label}.vectors`));
}

/** How the points of a tile become rows of outputs. */
export interface OutputRows {
  readonly simd: Simd;
  readonly transform: Transform;
  /** Rows of the tile that exist. */
  readonly rows: number;
  load(value: Register, row: number, column: number): void;
  /** Where a point stood that is loaded: with AVX2, transformed columns wait there for their rows. */
  place(row: number, column: number): Memory;
  /** All points are loaded: these registers are free, until the end but for the first. */
  ready?(free: readonly Register[]): void;
  /** A row of outputs is transformed. */
  finish(row: number, values: readonly Register[], free: readonly Register[]): void;
}

/** Columns first, then each row is finished as soon as it is transformed. */
export function emitOutputRows(a: Assembler, output: OutputRows): void {
  const { simd, transform, rows, load, place, ready, finish } = output;
  const { size, tile: outputs } = transform;
  // The three highest registers hold the constants of the transform; with AVX2 another one the mask.
  const free = Array.from({ length: simd.name === "avx512" ? 29 : 12 }, (_, index) => simd.vector(index));
  const take = (): Register => free.shift() as Register;
  const release = (registers: readonly Register[]): void => void free.unshift(...registers);
  const columns = Array.from({ length: size }, (_, column) => {
    const points = Array.from({ length: size }, (__, row) => {
      const value = take();
      load(value, row, column);
      return value;
    });
    const results = emitAxis(points);
    if (simd.name === "avx512") return results;
    results.slice(0, rows).forEach((value, row) => {
      a.emit("vmovaps", place(row, column), value);
    });
    release(results);
    return [];
  });
  ready?.([...free]);
  for (let row = 0; row < rows; row++) {
    const values = emitAxis(columns.map((column, index) => column[row] ?? reloaded(row, index)));
    finish(row, values, [...free]);
    release(values);
  }

  function reloaded(row: number, column: number): Register {
    const value = take();
    a.emit("vmovaps", value, place(row, column));
    return value;
  }

  function emitAxis(points: readonly Register[]): readonly Register[] {
    const temporary = take();
    const results = transform.output(a, points, temporary).slice(0, outputs);
    release([temporary, ...points.filter((register) => !results.includes(register))]);
    return results;
  }
}
