import type { Assembler, Memory } from "../../../../src/codegen/x86/index.ts";
import { xmm } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";

/**
 * Emits the transpose of 4 × 4 dwords in each 128-bit lane of registers 0 to 3, with 8 to 11 as temporaries: register j,
 * lane l, dword q becomes register q, lane l, dword j. Its own inverse.
 */
export function emitTransposeQuads(a: Assembler, simd: Simd): void {
  const v = simd.vector;
  a.emit("vpunpckldq", v(8), v(0), v(1));
  a.emit("vpunpckhdq", v(9), v(0), v(1));
  a.emit("vpunpckldq", v(10), v(2), v(3));
  a.emit("vpunpckhdq", v(11), v(2), v(3));
  a.emit("vpunpcklqdq", v(0), v(8), v(10));
  a.emit("vpunpckhqdq", v(1), v(8), v(10));
  a.emit("vpunpcklqdq", v(2), v(9), v(11));
  a.emit("vpunpckhqdq", v(3), v(9), v(11));
}

/** Emits the store of the lowest `count` bytes, at most 16, of xmm n: exactly those. */
export function emitStorePieces(a: Assembler, n: number, count: number, at: (byte: number) => Memory): void {
  if (count === 16) {
    a.emit("vmovdqu", at(0), xmm(n));
    return;
  }
  let done = 0;
  if (count >= 8) {
    a.emit("vmovq", at(0), xmm(n));
    done = 8;
  }
  for (const [mnemonic, size] of [
    ["vpextrd", 4],
    ["vpextrw", 2],
    ["vpextrb", 1],
  ] as const)
    if (count - done >= size) {
      a.emit(mnemonic, at(done), xmm(n), done / size);
      done += size;
    }
}

/** Emits the load of `count` bytes, at most 16, into xmm n, the rest zero: exactly those are read. */
export function emitLoadPieces(a: Assembler, n: number, count: number, at: (byte: number) => Memory): void {
  if (count === 16) {
    a.emit("vmovdqu", xmm(n), at(0));
    return;
  }
  let done = 0;
  if (count >= 8) {
    a.emit("vmovq", xmm(n), at(0));
    done = 8;
  } else a.emit("vpxor", xmm(n), xmm(n), xmm(n));
  for (const [mnemonic, size] of [
    ["vpinsrd", 4],
    ["vpinsrw", 2],
    ["vpinsrb", 1],
  ] as const)
    if (count - done >= size) {
      a.emit(mnemonic, xmm(n), xmm(n), at(done), done / size);
      done += size;
    }
}

/** Indices for `vpshufb` in each 128-bit lane: the `channels` low bytes of four dwords, joined. */
export function joinIndices(channels: number): readonly number[] {
  return Array.from({ length: 16 }, (_, i) =>
    i < 4 * channels ? 4 * Math.floor(i / channels) + (i % channels) : 0x80,
  );
}

/** The inverse of {@link joinIndices}: joined bytes to the low bytes of dwords, zeros above. */
export function spreadIndices(channels: number): readonly number[] {
  return Array.from({ length: 16 }, (_, i) => (i % 4 < channels ? channels * Math.floor(i / 4) + (i % 4) : 0x80));
}

/** Indices for `vpermd`: the low `channels` dwords of every 128-bit lane, joined. */
export function joinLaneIndices(channels: number): readonly number[] {
  return Array.from({ length: 16 }, (_, i) => (i < 4 * channels ? 4 * Math.floor(i / channels) + (i % channels) : 0));
}

/** The inverse of {@link joinLaneIndices}. */
export function spreadLaneIndices(channels: number): readonly number[] {
  return Array.from({ length: 16 }, (_, i) => channels * Math.floor(i / 4) + Math.min(i % 4, channels - 1));
}
