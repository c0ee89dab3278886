import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem, rax, xmm, ymm, zmm } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "./simd.ts";

/** Bytes moved by one instruction. */
export interface Piece {
  readonly from: number;
  readonly bytes: 64 | 32 | 16 | 8 | 4 | 2 | 1;
}

const sizes = [64, 32, 16, 8, 4, 2, 1] as const;

/**
 * Pieces that cover exactly `bytes` bytes, fewest first; the last ones may overlap, so a run that is copied must not be
 * copied onto itself.
 */
export function piecesOf(simd: Simd, bytes: number): readonly Piece[] {
  const usable = sizes.filter((size) => size <= 4 * simd.lanes);
  const pieces: Piece[] = [];
  for (let from = 0; from < bytes;) {
    const left = bytes - from;
    const exact = usable.find((size) => size === left);
    const cover = usable.findLast((size) => size >= left && size <= bytes);
    const size = exact ?? cover ?? (usable.find((size) => size <= left) as Piece["bytes"]);
    pieces.push({ from: Math.min(from, bytes - size), bytes: size });
    from += size;
  }
  return pieces;
}

/** Emits the load of a piece into vector register n. */
export function emitLoadPiece(a: Assembler, n: number, bytes: Piece["bytes"], from: Memory): void {
  if (bytes === 1) a.emit("vpinsrb", xmm(n), xmm(n), from, 0);
  else if (bytes === 2) a.emit("vpinsrw", xmm(n), xmm(n), from, 0);
  else a.emit(wholeMove(bytes), pieceRegister(n, bytes), from);
}

/** Emits the store of a piece from vector register n. */
export function emitStorePiece(a: Assembler, n: number, bytes: Piece["bytes"], to: Memory): void {
  if (bytes === 1) a.emit("vpextrb", to, xmm(n), 0);
  else if (bytes === 2) a.emit("vpextrw", to, xmm(n), 0);
  else a.emit(wholeMove(bytes), to, pieceRegister(n, bytes));
}

function wholeMove(bytes: 64 | 32 | 16 | 8 | 4): "vmovups" | "vmovq" | "vmovd" {
  if (bytes === 4) return "vmovd";
  return bytes === 8 ? "vmovq" : "vmovups";
}

function pieceRegister(n: number, bytes: 64 | 32 | 16 | 8 | 4): Register {
  if (bytes === 64) return zmm(n);
  return bytes === 32 ? ymm(n) : xmm(n);
}

/** Most pieces that are written out one after the other. */
const unrolled = 8;

/**
 * Emits `each` for the pieces of a run of known length: written out when short, else a loop over whole vectors with rax,
 * then the rest. `at` gives the address of the run's first byte plus a register and a displacement.
 */
export function emitPieces(
  a: Assembler,
  simd: Simd,
  bytes: number,
  label: string,
  each: (piece: Piece, at: (pointer: Register) => Memory) => void,
): void {
  const width = (4 * simd.lanes) as Piece["bytes"];
  const vectors = Math.floor(bytes / width);
  if (vectors <= unrolled) {
    for (const piece of piecesOf(simd, bytes)) each(piece, (pointer) => mem(pointer, { disp: piece.from }));
    return;
  }
  a.emit("xor", rax, rax);
  a.bind(label);
  each({ from: 0, bytes: width }, (pointer) => mem(pointer, { index: rax }));
  a.emit("add", rax, width);
  a.emit("cmp", rax, vectors * width);
  a.emit("jb", a.label(label));
  if (bytes % width > 0) each({ from: 0, bytes: width }, (pointer) => mem(pointer, { disp: bytes - width }));
}
