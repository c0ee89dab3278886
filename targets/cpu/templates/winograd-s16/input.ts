import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { masked, mem, zmm } from "../../../../src/codegen/x86/index.ts";
import type { InputTransform } from "../winograd/input.ts";
import { outputPointers } from "../winograd/output.ts";
import type { LoadElement, TakeRow } from "../winograd/transform.ts";

/** Registers of the zero point, and of what the point (1, 1) of a tile of zero points is. */
const [zero, zeroPoint] = [zmm(31), zmm(30)];
/** 36: the product of the sums of the coefficients of point 1; those of all other points are 0. */
const zeroFactor = 36;

/** Bytes of {@link inputRows}. */
export const inputRowsBytes = 128;

/** What the transform reads of `params`: vectors of int16. */
export function inputRows(xZero: number): Uint8Array {
  const vector = (value: number): Int16Array => new Int16Array(32).fill(value);
  return new Uint8Array(Int16Array.from([...vector(xZero), ...vector(zeroFactor * xZero)]).buffer);
}

type Four = readonly [Register, Register, Register, Register];
type Six = readonly [Register, Register, Register, Register, Register, Register];

/**
 * The transform of F(4×4, 3×3) in int16, modulo 2^16: results are within ±17340, so they are exact, and the zero point is
 * taken off the only point that it reaches. `rows` is the offset of {@link inputRows} in `params`.
 */
export function integerInput(rows: number): InputTransform {
  return {
    prepare: (a) => {
      a.emit("vmovdqa64", zero, mem(outputPointers.params, { disp: rows }));
      a.emit("vmovdqa64", zeroPoint, mem(outputPointers.params, { disp: rows + 64 }));
    },
    rows: emitColumns,
    row: (a, row, values, temporaries) => {
      emitRow(a, values as unknown as Six, temporaries as unknown as Four);
      const second = values[1] as Register;
      if (row === 1) a.emit("vpsubw", second, second, zeroPoint);
      return values;
    },
    load: (a, to, from, mask) => {
      a.emit("vpmovzxbw", mask === undefined ? to : masked(to, mask, "zero"), from);
    },
    clear: (a, to) => {
      a.emit("vmovdqa64", to, zero);
    },
  };
}

/** The four inner rows share their inputs and fit in registers together; the outer ones follow one by one. */
function emitColumns(a: Assembler, load: LoadElement, take: TakeRow): void {
  const place = (row: number, column: number): Register => zmm(row * 6 + column);
  const spare = [zmm(24), zmm(25), zmm(26), zmm(27)];
  const columns = [0, 1, 2, 3, 4, 5];
  for (const column of columns) {
    const values = [0, 1, 2, 3].map((row) => place(row, column)) as unknown as Four;
    values.forEach((value, row) => {
      load(value, row + 1, column);
    });
    const [far, near] = spare as unknown as Four;
    a.emit("vpsubw", far, values[3], values[1]);
    a.emit("vpsubw", near, values[2], values[0]);
    emitInner(a, values, far, near, spare[2] as Register);
  }
  for (const row of [0, 1, 2, 3])
    take(
      row + 1,
      columns.map((column) => place(row, column)),
      spare,
    );
  for (const [row, first] of [
    [0, 0],
    [5, 1],
  ] as const) {
    const values = columns.map((column) => place(0, column));
    values.forEach((value, column) => {
      const [middle, last] = [zmm(6 + (column % 3) * 2), zmm(7 + (column % 3) * 2)];
      load(value, first, column);
      load(middle, first + 2, column);
      load(last, first + 4, column);
      emitOuter(a, value, middle, last);
    });
    take(row, values, spare);
  }
}

/** `first = 4 first - 5 middle + last`; `last` is lost. */
function emitOuter(a: Assembler, first: Register, middle: Register, last: Register): void {
  a.emit("vpsubw", first, first, middle);
  a.emit("vpsubw", last, last, middle);
  a.emit("vpsllw", first, first, 2);
  a.emit("vpaddw", first, first, last);
}

/** Points ±1 and ±2 of the four inner inputs, in place; `far` and `near` are the differences d4 - d2 and d3 - d1. */
function emitInner(a: Assembler, [d1, d2, d3, d4]: Four, far: Register, near: Register, temporary: Register): void {
  a.emit("vpsllw", temporary, d2, 2);
  a.emit("vpsubw", d4, d4, temporary);
  a.emit("vpsllw", temporary, d1, 2);
  a.emit("vpsubw", d3, d3, temporary);
  a.emit("vpaddw", near, near, near);
  a.emit("vpaddw", d1, d4, d3);
  a.emit("vpsubw", d2, d4, d3);
  a.emit("vpaddw", d3, far, near);
  a.emit("vpsubw", d4, far, near);
}

/** All points of a row, in place: the outer ones are made of the differences that the inner ones need too. */
function emitRow(a: Assembler, [d0, d1, d2, d3, d4, d5]: Six, [far, near, temporary]: Four): void {
  a.emit("vpsubw", far, d4, d2);
  a.emit("vpsubw", near, d3, d1);
  a.emit("vpsubw", d0, d0, d2);
  a.emit("vpsubw", d5, d5, d3);
  a.emit("vpsllw", d0, d0, 2);
  a.emit("vpsllw", temporary, near, 2);
  a.emit("vpaddw", d0, d0, far);
  a.emit("vpsubw", d5, d5, temporary);
  emitInner(a, [d1, d2, d3, d4], far, near, temporary);
}
