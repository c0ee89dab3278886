import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import type { Piece } from "../bytes/static-run.ts";
import { emitPieceLoad, pieceVector } from "./walk.ts";

/**
 * Emits the load of a piece as int32 in four registers from `first` on, in the order that {@link emitPiecePack} undoes:
 * both work within lanes of 128 bits. Register `zero` is 0.
 */
export function emitPieceInts(a: Assembler, bytes: Piece["bytes"], from: Memory, first: number, zero: number): void {
  const v = (n: number): Register => pieceVector(n, bytes);
  emitPieceLoad(a, first, bytes, from);
  a.emit("vpunpckhbw", v(first + 2), v(first), v(zero));
  a.emit("vpunpcklbw", v(first), v(first), v(zero));
  emitWordsToInts(a, bytes, first, zero);
}

/** Emits 16-bit words in `first` and `first + 2` to int32 in four registers from `first` on. */
export function emitWordsToInts(a: Assembler, bytes: Piece["bytes"], first: number, zero: number): void {
  const v = (n: number): Register => pieceVector(n, bytes);
  for (const words of [first, first + 2]) {
    a.emit("vpunpckhwd", v(words + 1), v(words), v(zero));
    a.emit("vpunpcklwd", v(words), v(words), v(zero));
  }
}

/** Emits the packing of four registers of int32 into bytes in the first; `offset` is added to 16-bit words between. */
export function emitPiecePack(a: Assembler, bytes: Piece["bytes"], first: number, offset: number | undefined): void {
  const v = (n: number): Register => pieceVector(n, bytes);
  a.emit("vpackssdw", v(first), v(first), v(first + 1));
  a.emit("vpackssdw", v(first + 2), v(first + 2), v(first + 3));
  if (offset !== undefined) for (const words of [first, first + 2]) a.emit("vpaddsw", v(words), v(words), v(offset));
  a.emit("vpackuswb", v(first), v(first), v(first + 2));
}
