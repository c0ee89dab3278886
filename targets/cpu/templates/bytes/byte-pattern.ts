import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { rax, xmm, ymm, zmm } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "./simd.ts";

function emitSixteen(a: Assembler, n: number, bytes: readonly number[]): void {
  const half = (from: number): bigint =>
    bytes.slice(from, from + 8).reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
  a.emit("mov", rax, half(0));
  a.emit("vmovq", xmm(n), rax);
  a.emit("mov", rax, half(8));
  a.emit("vpinsrq", xmm(n), xmm(n), rax, 1);
}

/** Emits sixteen bytes, known when the kernel is made, into every 128-bit lane of register n. rax is lost. */
export function emitLanePattern(a: Assembler, simd: Simd, n: number, bytes: readonly number[]): void {
  emitSixteen(a, n, bytes);
  a.emit("vinserti128", ymm(n), ymm(n), xmm(n), 1);
  if (simd.name === "avx512") a.emit("vinserti64x4", zmm(n), zmm(n), ymm(n), 1);
}

/** Emits small numbers, known when the kernel is made, into the dwords of register n, as many as it has. rax is lost. */
export function emitDwordPattern(a: Assembler, simd: Simd, n: number, numbers: readonly number[]): void {
  emitSixteen(a, n, [...numbers, ...new Array<number>(16).fill(0)].slice(0, 16));
  a.emit("vpmovzxbd", simd.vector(n), xmm(n));
}

/** Emits a mask of 64 bits. rax is lost. */
export function emitMask(a: Assembler, mask: Parameters<Assembler["emit"]>[1], bits: bigint): void {
  a.emit("mov", rax, BigInt.asIntN(64, bits));
  a.emit("kmovq", mask, rax);
}
