import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import { quantizationOf } from "../../reference/parameters.ts";
import { globalFactor } from "../../reference/pool.ts";
import type { PoolWorkload } from "../../workload.ts";
import { paramsArgument } from "../bytes/constants.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Piece } from "../bytes/static-run.ts";
import { emitStorePiece, piecesOf } from "../bytes/static-run.ts";
import { emitPiecePack, emitWordsToInts } from "./ints.ts";
import { emitPieceLoad, emitTurns, emitZero, pieceVector, poolRegisters } from "./walk.ts";

/** Registers: four int32 sums, sums of words (two, spread so that they widen into four), a value, constants. */
const [sums, words, high, zero, bias, factor, top, yZero] = [0, 4, 8, 9, 10, 11, 12, 13];

/** Bytes that may be added in a 16-bit word. */
const wordCells = 257;

/** The argument `params` of a global average. */
export function globalParams({ window }: PoolWorkload): KernelArgument {
  const cells = window.kernel[0] * window.kernel[1];
  return paramsArgument(4, (parameters) => {
    const [x, y] = [quantizationOf(parameters, "x"), quantizationOf(parameters, "y")];
    return [
      { int: -x.zero * cells },
      { float: globalFactor(x.scale, y.scale, cells) },
      { float: 255 - y.zero },
      { int: y.zero * 0x10001 },
    ];
  });
}

/** Pieces of channels: what threads share out. */
export function globalPieces({ channels }: PoolWorkload, simd: Simd): readonly Piece[] {
  return piecesOf(simd, channels);
}

/** Emits the global averages of a range of pieces: whole registers of channels in a loop, then the rest one by one. */
export function emitGlobalPool(a: Assembler, simd: Simd, workload: PoolWorkload): void {
  const { params, row, rowEnd, x, y, xRow, yRow, scratch } = poolRegisters;
  const pieces = globalPieces(workload, simd);
  const width = 4 * simd.lanes;
  const whole = Math.floor(workload.channels / width);
  const v = simd.vector;
  emitZero(a, v(zero));
  [bias, factor, top, yZero].forEach((n, index) => {
    a.emit("vpbroadcastd", v(n), mem(params, { disp: 4 * index }));
  });
  if (whole > 0) {
    a.emit("cmp", row, whole);
    if (pieces.length > whole) a.emit("jae", a.label("rest"));
    a.bind("piece");
    a.emit("imul", scratch, row, width);
    a.emit("lea", x, mem(xRow, { index: scratch }));
    a.emit("lea", y, mem(yRow, { index: scratch }));
    emitPiece(a, workload, width as Piece["bytes"], "whole");
    a.emit("add", row, 1);
    a.emit("cmp", row, rowEnd);
    a.emit("jae", a.label("done"));
    a.emit("cmp", row, whole);
    a.emit("jb", a.label("piece"));
    a.bind("rest");
  }
  pieces.slice(whole).forEach(({ from, bytes }, index) => {
    const next = `after${index}`;
    a.emit("cmp", row, whole + index);
    a.emit("jne", a.label(next));
    a.emit("lea", x, mem(xRow, { disp: from }));
    a.emit("lea", y, mem(yRow, { disp: from }));
    emitPiece(a, workload, bytes, `rest${index}`);
    a.emit("add", row, 1);
    a.emit("cmp", row, rowEnd);
    a.emit("jae", a.label("done"));
    a.bind(next);
  });
}

function emitPiece(a: Assembler, workload: PoolWorkload, bytes: Piece["bytes"], label: string): void {
  const v = (n: number): ReturnType<typeof pieceVector> => pieceVector(n, bytes);
  for (let index = 0; index < 4; index++) a.emit("vmovaps", v(sums + index), v(bias));
  emitSums(a, workload, bytes, label);
  for (let index = 0; index < 4; index++) {
    const sum = v(sums + index);
    a.emit("vcvtdq2ps", sum, sum);
    a.emit("vmulps", sum, sum, v(factor));
    // What is too small for int32 becomes the smallest one, which is right; what is too large would, too.
    a.emit("vminps", sum, sum, v(top));
    a.emit("vcvtps2dq", sum, sum);
  }
  emitPiecePack(a, bytes, sums, yZero);
  emitStorePiece(a, sums, bytes, mem(poolRegisters.y));
}

/** Sums of bytes in 16-bit words, added to the int32 sums before they can overflow: of whole rows, or parts of one. */
function emitSums(a: Assembler, { window, x }: PoolWorkload, bytes: Piece["bytes"], label: string): void {
  const { tap, tapRow, tapColumn, counts } = poolRegisters;
  const [rows, columns] = window.kernel;
  const v = (n: number): ReturnType<typeof pieceVector> => pieceVector(n, bytes);
  const begin = (): void => {
    for (const n of [words, words + 2]) emitZero(a, v(n));
  };
  const flush = (): void => {
    emitWordsToInts(a, bytes, words, zero);
    for (let index = 0; index < 4; index++) a.emit("vpaddd", v(sums + index), v(sums + index), v(words + index));
  };
  const cells = (count: number, part: string): void =>
    emitTurns(a, tapColumn, count, `${label}.${part}`, () => {
      emitPieceLoad(a, high, bytes, mem(tap));
      a.emit("vpunpcklbw", v(words + 1), v(high), v(zero));
      a.emit("vpunpckhbw", v(high), v(high), v(zero));
      a.emit("vpaddw", v(words), v(words), v(words + 1));
      a.emit("vpaddw", v(words + 2), v(words + 2), v(high));
      a.emit("add", tap, x.pixel);
    });
  const rowsAtOnce = Math.min(rows, Math.floor(wordCells / columns));
  a.emit("mov", tap, poolRegisters.x);
  if (rowsAtOnce === 0) {
    const parts = Math.ceil(columns / wordCells);
    emitTurns(a, tapRow, rows, `${label}.row`, () => {
      for (let part = 0; part < parts; part++) {
        begin();
        cells(Math.ceil((columns - part) / parts), `part${part}`);
        flush();
      }
      a.emit("add", tap, x.row - columns * x.pixel);
    });
    return;
  }
  const band = (count: number, part: string): void => {
    begin();
    emitTurns(a, tapRow, count, `${label}.${part}`, () => {
      cells(columns, `${part}.cell`);
      a.emit("add", tap, x.row - columns * x.pixel);
    });
    flush();
  };
  emitTurns(a, counts, Math.floor(rows / rowsAtOnce), `${label}.band`, () => band(rowsAtOnce, "rows"));
  if (rows % rowsAtOnce > 0) band(rows % rowsAtOnce, "last");
}
