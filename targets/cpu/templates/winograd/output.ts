import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { r10, r11, r14, r15, r8, r9, rbp, rcx, rdi, rdx, rsi, zmm } from "../../../../src/codegen/x86/index.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";
import { lanes } from "./plan.ts";
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
  transformOf(point.tile).prepareOutput(a);
  a.emit("mov", tile.sums, slot("scratch"));
  a.emit("add", tile.sums, points * inputs.point);
  const bytes = arithmetic.elementBytes * point.tile;
  const { y } = workload;
  const pointers = [
    { register: tile.y, start: slot("yBlock"), column: bytes * y.pixel, row: bytes * y.row },
    ...(residual === undefined
      ? []
      : [
          {
            ...{ register: tile.residual, start: slot("residualBlock") },
            ...{ column: bytes * residual.pixel, row: bytes * residual.row },
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
  const activation = arithmetic.elementBytes * lanes;
  const { y, residual, sums, bias, scales } = outputPointers;
  const pointers = [
    { pointer: y, start: tile.y, bytes: activation },
    ...(workload.epilogue.residual === undefined
      ? []
      : [{ pointer: residual, start: tile.residual, bytes: activation }]),
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
  readonly transform: Transform;
  /** Rows of the tile that exist. */
  readonly rows: number;
  load(value: Register, row: number, column: number): void;
  /** All points are loaded: these registers are free, until the end but for the first. */
  ready?(free: readonly Register[]): void;
  /** A row of outputs is transformed. */
  finish(row: number, values: readonly Register[], free: readonly Register[]): void;
}

/** Columns first, then each row is finished as soon as it is transformed. */
export function emitOutputRows(a: Assembler, { transform, rows, load, ready, finish }: OutputRows): void {
  const { size, tile: outputs } = transform;
  // Registers 29 to 31 hold the constants of the transform.
  const free = Array.from({ length: 29 }, (_, index) => zmm(index));
  const take = (): Register => free.shift() as Register;
  const release = (registers: readonly Register[]): void => void free.unshift(...registers);
  const columns = Array.from({ length: size }, (_, column) => {
    const points = Array.from({ length: size }, (__, row) => {
      const value = take();
      load(value, row, column);
      return value;
    });
    return emitAxis(points);
  });
  ready?.([...free]);
  for (let row = 0; row < rows; row++) {
    const values = emitAxis(columns.map((column) => column[row] as Register));
    finish(row, values, [...free]);
    release(values);
  }

  function emitAxis(points: readonly Register[]): readonly Register[] {
    const temporary = take();
    const results = transform.output(a, points, temporary).slice(0, outputs);
    release([temporary, ...points.filter((register) => !results.includes(register))]);
    return results;
  }
}
