import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { k, rax, resize, ymm } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";

/** The mask of channels that exist, which transforms leave alone: an opmask, or a vector for AVX2. */
export function laneMaskOf({ name }: Simd): Register {
  return name === "avx512" ? k(1) : ymm(12);
}

/** The first `count` channels as a number: a bit a channel, or a byte a lane for AVX2. */
export function laneBits({ name }: Simd, count: number): number | bigint {
  return name === "avx512" ? 2 ** count - 1 : (1n << BigInt(8 * count)) - 1n;
}

/** Sets the mask to all channels: `set` is the instruction for opmasks of so many bits. */
export function emitAllLanes(a: Assembler, simd: Simd, set: "kxnorw" | "kxnorq"): void {
  const mask = laneMaskOf(simd);
  a.emit(simd.name === "avx512" ? set : "vpcmpeqd", mask, mask, mask);
}

/** Sets the mask to what {@link laneBits} has put in rax. */
export function emitLastLanes(a: Assembler, simd: Simd): void {
  const mask = laneMaskOf(simd);
  if (simd.name === "avx512") {
    a.emit("kmovq", mask, rax);
    return;
  }
  const low = resize(mask, 128);
  a.emit("vmovq", low, rax);
  a.emit("vpmovsxbd", mask, low);
}
