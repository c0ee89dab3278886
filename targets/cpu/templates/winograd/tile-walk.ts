import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { r12, r13, rax, rbx } from "../../../../src/codegen/x86/index.ts";
import { emitAdvance } from "../float/vectors.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";

/** A pointer that moves from tile to tile. */
export interface TilePointer {
  readonly register: Register;
  /** Where the tensor begins for tile (0, 0). */
  readonly start: Memory;
  /** Bytes between neighbouring tiles of a row, and between rows of tiles. */
  readonly column: number;
  readonly row: number;
}

/** Output rows and columns of a tile that exist: fewer than a whole tile's at the lower and right edge. */
export interface TileExtent {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Emits a loop over the tiles of the block: `body` is emitted once for each extent that occurs. Uses rax, rbx (tiles
 * left), r12 and r13 (column and row of the tile).
 */
export function emitTileWalk(
  { a, plan }: Emission,
  name: string,
  pointers: readonly TilePointer[],
  body: (extent: TileExtent, label: string) => void,
): void {
  const { tileColumns, tileRows, point, workload } = plan;
  const edge = { rows: workload.rows % point.tile, columns: workload.columns % point.tile };
  a.emit("mov", rbx, slot("tiles"));
  a.emit("mov", r12, slot("firstColumn"));
  a.emit("mov", r13, slot("firstRow"));
  for (const { register, start, column, row } of pointers) {
    a.emit("imul", register, r12, column);
    a.emit("imul", rax, r13, row);
    a.emit("add", register, rax);
    a.emit("add", register, start);
  }
  a.bind(`${name}.tile`);
  const next = a.label(`${name}.next`);
  const whole = { rows: point.tile, columns: point.tile };
  const emitColumns = (rows: number, label: string): void => {
    if (edge.columns > 0) {
      a.emit("cmp", r12, tileColumns - 1);
      a.emit("je", a.label(`${label}.right`));
    }
    if (edge.columns === 0 || tileColumns > 1) {
      body({ rows, columns: whole.columns }, label);
      a.emit("jmp", next);
    }
    if (edge.columns === 0) return;
    a.bind(`${label}.right`);
    body({ rows, columns: edge.columns }, `${label}.right`);
    a.emit("jmp", next);
  };
  if (edge.rows > 0) {
    a.emit("cmp", r13, tileRows - 1);
    a.emit("je", a.label(`${name}.bottom`));
  }
  if (edge.rows === 0 || tileRows > 1) emitColumns(whole.rows, `${name}.whole`);
  if (edge.rows > 0) {
    a.bind(`${name}.bottom`);
    emitColumns(edge.rows, `${name}.bottom`);
  }
  a.bind(`${name}.next`);
  emitStep(a, plan.tileColumns, pointers, name);
  a.emit("sub", rbx, 1);
  a.emit("jnz", a.label(`${name}.tile`));
}

/** To the next tile: of the row, or the first of the next row. */
function emitStep(a: Assembler, tileColumns: number, pointers: readonly TilePointer[], name: string): void {
  for (const { register, column } of pointers) emitAdvance(a, register, column);
  a.emit("add", r12, 1);
  a.emit("cmp", r12, tileColumns);
  a.emit("jb", a.label(`${name}.sameRow`));
  a.emit("xor", r12, r12);
  a.emit("add", r13, 1);
  for (const { register, column, row } of pointers) emitAdvance(a, register, row - tileColumns * column);
  a.bind(`${name}.sameRow`);
}
