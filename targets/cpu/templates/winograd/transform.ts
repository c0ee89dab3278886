import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";
import { emitConstant, registerCount } from "../float/vectors.ts";

/** Emits the load of element (row, column) of an input tile. */
export type LoadElement = (to: Register, row: number, column: number) => void;

/** Where the point (row, column) of a tile and a vector of channels stands in scratch memory. */
export type PlaceOf = (row: number, column: number) => Memory;

/** What a row of transformed points is emitted from: its index, and its registers by column. */
export type TakeRow = (row: number, values: readonly Register[], temporaries: readonly Register[]) => void;

/**
 * One-dimensional transforms of F(m×m, 3×3) (Lavin and Gray, 2016, section 4.1 and 4.3, points 0, ±1, ±2), applied to columns, then to
 * rows: a vector of channels at a time, one register an element.
 */
export interface Transform {
  /** Outputs of a tile along an axis. */
  readonly tile: 2 | 4;
  /** Inputs and points of a tile along an axis. */
  readonly size: 4 | 6;
  /** Loads the constants of the input transform. */
  prepareInput(a: Assembler): void;
  /** Transforms the columns of a tile and hands over row after row, not yet transformed along the row. */
  inputRows(a: Assembler, load: LoadElement, take: TakeRow, place: PlaceOf): void;
  /** Transforms `size` values in place; returns the registers in the order of the points. */
  input(a: Assembler, values: readonly Register[], temporaries: readonly Register[]): readonly Register[];
  prepareOutput(a: Assembler): void;
  /** From `size` points to `tile` outputs, whose registers are returned; the other registers are free afterwards. */
  output(a: Assembler, points: readonly Register[], temporary: Register): readonly Register[];
}

/** Registers of constants, above all others. */
interface Constants {
  readonly two: Register;
  readonly four: Register;
  readonly five: Register;
  readonly eight: Register;
}

function constantsOf(simd: Simd): Constants {
  const [two, four, third] = [1, 2, 3].map((down) => simd.vector(registerCount(simd) - down)) as [
    Register,
    Register,
    Register,
  ];
  return { two, four, five: third, eight: third };
}

type Six = readonly [Register, Register, Register, Register, Register, Register];
type Four = readonly [Register, Register, Register, Register];
type Pair = readonly [Register, Register];

/** Points ±1 and ±2 from the four inner inputs, in place. */
function emitInner(a: Assembler, four: Register, [d1, d2, d3, d4]: Four, [far, near]: Pair): void {
  a.emit("vsubps", far, d4, d2);
  a.emit("vsubps", near, d3, d1);
  a.emit("vfnmadd231ps", d4, d2, four);
  a.emit("vfnmadd231ps", d3, d1, four);
  a.emit("vaddps", near, near, near);
  a.emit("vaddps", d1, d4, d3);
  a.emit("vsubps", d2, d4, d3);
  a.emit("vaddps", d3, far, near);
  a.emit("vsubps", d4, far, near);
}

/** Where a tile comes from and goes to. */
interface Through {
  readonly load: LoadElement;
  readonly take: TakeRow;
  readonly place: PlaceOf;
}

/** A tile does not fit in 16 registers: its transformed columns wait for their rows where the points will stand. */
function emitRowsThroughMemory(
  a: Assembler,
  simd: Simd,
  { size, input }: Transform,
  { load, take, place }: Through,
): void {
  const values = Array.from({ length: size }, (_, index) => simd.vector(index));
  const spare = [simd.vector(size), simd.vector(size + 1)];
  for (let column = 0; column < size; column++) {
    values.forEach((value, row) => {
      load(value, row, column);
    });
    input(a, values, spare).forEach((value, row) => {
      a.emit("vmovaps", place(row, column), value);
    });
  }
  for (let row = 0; row < size; row++) {
    values.forEach((value, column) => {
      a.emit("vmovaps", value, place(row, column));
    });
    take(row, values, spare);
  }
}

/** F(4×4, 3×3): 36 multiplications instead of 144. */
function createFour(simd: Simd): Transform {
  const { two, four, five, eight } = constantsOf(simd);
  const transform: Transform = {
    tile: 4,
    size: 6,
    prepareInput: (a) => {
      emitConstant(a, simd, four, 4);
      emitConstant(a, simd, five, 5);
    },
    inputRows: (a, load, take, place) => {
      if (simd.name === "avx2") {
        emitRowsThroughMemory(a, simd, transform, { load, take, place });
        return;
      }
      // The four inner rows share their inputs and fit in registers together; the outer ones follow one by one.
      const held = (row: number, column: number): Register => simd.vector(row * 6 + column);
      const spare = [simd.vector(24), simd.vector(25), simd.vector(26), simd.vector(27)];
      for (let column = 0; column < 6; column++) {
        const values = [0, 1, 2, 3].map((row) => held(row, column));
        values.forEach((value, row) => load(value, row + 1, column));
        emitInner(a, four, values as unknown as Four, spare as unknown as Pair);
      }
      const columns = [0, 1, 2, 3, 4, 5];
      for (let row = 0; row < 4; row++)
        take(
          row + 1,
          columns.map((column) => held(row, column)),
          spare,
        );
      for (const [row, first] of [
        [0, 0],
        [5, 1],
      ] as const) {
        const values = columns.map((column) => held(row === 0 ? 0 : 2, column));
        for (const [column, value] of values.entries()) {
          const [lowest, middle] = [simd.vector(6 + (column % 2) * 2), simd.vector(7 + (column % 2) * 2)];
          load(value, first + 4, column);
          load(lowest, first, column);
          load(middle, first + 2, column);
          a.emit("vfmadd231ps", value, lowest, four);
          a.emit("vfnmadd231ps", value, middle, five);
        }
        take(row, values, spare);
      }
    },
    input: (a, values, temporaries) => {
      const [d0, d1, d2, d3, d4, d5] = values as unknown as Six;
      a.emit("vfmadd231ps", d5, d1, four);
      a.emit("vfnmadd231ps", d5, d3, five);
      a.emit("vfmadd213ps", d0, four, d4);
      a.emit("vfnmadd231ps", d0, d2, five);
      emitInner(a, four, [d1, d2, d3, d4], temporaries as unknown as Pair);
      return values;
    },
    prepareOutput: (a) => {
      emitConstant(a, simd, two, 2);
      emitConstant(a, simd, four, 4);
      emitConstant(a, simd, eight, 8);
    },
    output: (a, points, sum12) => {
      const [m0, m1, m2, m3, m4, m5] = points as unknown as Six;
      a.emit("vaddps", sum12, m1, m2);
      a.emit("vsubps", m1, m1, m2);
      a.emit("vaddps", m2, m3, m4);
      a.emit("vsubps", m3, m3, m4);
      a.emit("vaddps", m0, m0, sum12);
      a.emit("vaddps", m0, m0, m2);
      a.emit("vaddps", m5, m5, m1);
      a.emit("vfmadd231ps", m5, m3, eight);
      a.emit("vfmadd213ps", m3, two, m1);
      a.emit("vfmadd213ps", m2, four, sum12);
      return [m0, m3, m2, m5];
    },
  };
  return transform;
}

/** F(2×2, 3×3): 16 multiplications instead of 36, with smaller weights and less rounding. */
function createTwo(simd: Simd): Transform {
  const transform: Transform = {
    tile: 2,
    size: 4,
    prepareInput: () => undefined,
    inputRows: (a, load, take, place) => {
      if (simd.name === "avx2") {
        emitRowsThroughMemory(a, simd, transform, { load, take, place });
        return;
      }
      const columns = [0, 1, 2, 3].map((column) => {
        const values = [0, 1, 2, 3].map((row) => simd.vector(row * 4 + column));
        values.forEach((value, row) => load(value, row, column));
        return transform.input(a, values, [simd.vector(16 + column)]);
      });
      for (let row = 0; row < 4; row++)
        take(
          row,
          columns.map((points) => points[row] as Register),
          [simd.vector(20)],
        );
    },
    input: (a, values, temporaries) => {
      const [d0, d1, d2, d3] = values as unknown as Four;
      const sum = temporaries[0] as Register;
      a.emit("vsubps", d0, d0, d2);
      a.emit("vsubps", d3, d1, d3);
      a.emit("vaddps", sum, d1, d2);
      a.emit("vsubps", d2, d2, d1);
      return [d0, sum, d2, d3];
    },
    prepareOutput: () => undefined,
    output: (a, points) => {
      const [m0, m1, m2, m3] = points as unknown as Four;
      a.emit("vaddps", m0, m0, m1);
      a.emit("vsubps", m1, m1, m2);
      a.emit("vaddps", m0, m0, m2);
      a.emit("vsubps", m1, m1, m3);
      return [m0, m1];
    },
  };
  return transform;
}

/** The transforms by the outputs of a tile. */
export function transformOf(tile: number, simd: Simd): Transform {
  return tile === 4 ? createFour(simd) : createTwo(simd);
}
