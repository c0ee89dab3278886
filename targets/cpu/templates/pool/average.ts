import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import { quantizationOf } from "../../reference/parameters.ts";
import { inputCells } from "../../reference/pool.ts";
import type { PoolWorkload } from "../../workload.ts";
import type { Constant } from "../bytes/constants.ts";
import { paramsArgument } from "../bytes/constants.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Piece } from "../bytes/static-run.ts";
import { emitStorePiece } from "../bytes/static-run.ts";
import {
  emitChannelPieces,
  emitPoolRows,
  emitTurns,
  emitWindow,
  emitZero,
  pieceVector,
  poolRegisters,
} from "./walk.ts";
import { emitPieceInts, emitPiecePack } from "./ints.ts";

/** Registers: four float sums, four values, then constants in the order of `params`. */
const [sums, values, zero, xZero, xScale, yScale, yZero, count] = [0, 4, 8, 9, 10, 11, 12, 13];

/** `params`: four numbers, then the divisor, or those of rows and of columns whose product it is. */
const [constants, countsAt] = [[xZero, xScale, yScale, yZero], 16] as const;

/** Whether windows have different numbers of cells: those at the edge count less. */
function hasEdges({ edge }: PoolWorkload): boolean {
  return !edge.counted && edge.pads.some((pad) => pad > 0);
}

/** The argument `params` of an average pool. */
export function averageParams(workload: PoolWorkload): KernelArgument {
  const { rows, columns, window } = workload;
  const axis = (index: 0 | 1, outputs: number): readonly number[] =>
    Array.from({ length: outputs }, (_, at) => {
      const [first, end] = inputCells(workload, index, at, outputs);
      return end - first;
    });
  const counts = hasEdges(workload) ? [...axis(0, rows), ...axis(1, columns)] : [window.kernel[0] * window.kernel[1]];
  return paramsArgument(constants.length + counts.length, (parameters) => {
    const [x, y] = [quantizationOf(parameters, "x"), quantizationOf(parameters, "y")];
    return [x.zero, x.scale, y.scale, y.zero, ...counts].map((float): Constant => ({ float }));
  });
}

/** Emits all rows of an average pool: float32 sums in the order of the window, as the reference has them. */
export function emitAveragePool(a: Assembler, simd: Simd, workload: PoolWorkload): void {
  const { params, row, column, counts, x, y } = poolRegisters;
  const { rows, columns, window } = workload;
  const edges = hasEdges(workload);
  emitZero(a, simd.vector(zero));
  [...constants, ...(edges ? [] : [count])].forEach((n, index) => {
    a.emit("vbroadcastss", simd.vector(n), mem(params, { disp: 4 * index }));
  });
  emitPoolRows(a, workload, () => {
    emitChannelPieces(a, simd, workload.channels, (bytes, label) => {
      if (edges) a.emit("lea", counts, mem(params, { disp: countsAt + 4 * rows }));
      emitTurns(a, column, columns, `${label}.column`, () => {
        for (const n of sumRegisters(bytes)) emitZero(a, n);
        emitWindow(a, workload, label, (at) => emitTap(a, bytes, at));
        if (edges) {
          const [divisor, other] = [pieceVector(count, bytes), pieceVector(values, bytes)];
          a.emit("vbroadcastss", divisor, mem(params, { index: row, scale: 4, disp: countsAt }));
          a.emit("vbroadcastss", other, mem(counts));
          a.emit("vmulps", divisor, divisor, other);
          a.emit("add", counts, 4);
        }
        emitResult(a, bytes);
        a.emit("add", x, window.stride[1] * workload.x.pixel);
        a.emit("add", y, workload.y.pixel);
      });
    });
  });
}

function sumRegisters(bytes: Piece["bytes"]): readonly Register[] {
  return Array.from({ length: 4 }, (_, index) => pieceVector(sums + index, bytes));
}

/** Adds the cell at `from`, dequantized. */
function emitTap(a: Assembler, bytes: Piece["bytes"], from: Memory): void {
  emitPieceInts(a, bytes, from, values, zero);
  sumRegisters(bytes).forEach((sum, index) => {
    const value = pieceVector(values + index, bytes);
    a.emit("vcvtdq2ps", value, value);
    a.emit("vsubps", value, value, pieceVector(xZero, bytes));
    a.emit("vmulps", value, value, pieceVector(xScale, bytes));
    a.emit("vaddps", sum, sum, value);
  });
}

function emitResult(a: Assembler, bytes: Piece["bytes"]): void {
  for (const sum of sumRegisters(bytes)) {
    a.emit("vdivps", sum, sum, pieceVector(count, bytes));
    a.emit("vdivps", sum, sum, pieceVector(yScale, bytes));
    a.emit("vaddps", sum, sum, pieceVector(yZero, bytes));
    a.emit("vcvtps2dq", sum, sum);
  }
  emitPiecePack(a, bytes, sums, undefined);
  emitStorePiece(a, sums, bytes, mem(poolRegisters.y));
}
