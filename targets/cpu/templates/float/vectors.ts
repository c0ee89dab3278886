import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { masked, rax, resize } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";

/** Vector registers of an extension. */
export function registerCount({ name }: Simd): 32 | 16 {
  return name === "avx512" ? 32 : 16;
}

/** `count` vector registers from one on. */
export function vectors(simd: Simd, first: number, count: number): readonly Register[] {
  return Array.from({ length: count }, (_, index) => simd.vector(first + index));
}

/** Bytes of a vector of float32. */
export function vectorBytes({ lanes }: Simd): 64 | 32 {
  return lanes === 16 ? 64 : 32;
}

/**
 * Sets the mask of the first `count` lanes: an opmask with AVX-512, else a vector register whose dwords are all ones or
 * zero. Overwrites `scratch`.
 */
export function emitLaneMask(a: Assembler, simd: Simd, mask: Register, count: number, scratch = rax): void {
  if (simd.name === "avx512") {
    a.emit("mov", resize(scratch, 32), 2 ** count - 1);
    a.emit("kmovw", mask, resize(scratch, 32));
    return;
  }
  a.emit("mov", scratch, (1n << BigInt(8 * count)) - 1n);
  a.emit("vmovq", resize(mask, 128), scratch);
  a.emit("vpmovsxbd", resize(mask, 256), resize(mask, 128));
}

/** Sets a vector to zeros. */
export function emitZero(a: Assembler, simd: Simd, to: Register): void {
  a.emit(simd.name === "avx512" ? "vpxord" : "vpxor", to, to, to);
}

/** Loads a vector; with a mask only its lanes, the others zero. */
export function emitLoad(a: Assembler, simd: Simd, to: Register, from: Memory, mask: Register | undefined): void {
  if (mask === undefined) a.emit("vmovups", to, from);
  else if (simd.name === "avx512") a.emit("vmovups", masked(to, mask, "zero"), from);
  else a.emit("vmaskmovps", to, resize(mask, 256), from);
}

/** Stores a vector; with a mask only its lanes. */
export function emitStore(a: Assembler, simd: Simd, to: Memory, from: Register, mask: Register | undefined): void {
  if (mask === undefined) a.emit("vmovups", to, from);
  else if (simd.name === "avx512") a.emit("vmovups", masked(to, mask), from);
  else a.emit("vmaskmovps", to, resize(mask, 256), from);
}

/** Stores a vector of 16 float32 as bfloat16; with a mask only its lanes. The register is overwritten. */
export function emitStoreBf16(a: Assembler, to: Memory, from: Register, mask: Register | undefined): void {
  const half = resize(from, 256);
  a.emit("vcvtneps2bf16", half, from);
  a.emit("vmovdqu16", mask === undefined ? to : masked(to, mask), half);
}

/** Loads 16 bfloat16 as float32; with a mask only its lanes, the others zero. */
export function emitLoadBf16(a: Assembler, to: Register, from: Memory, mask: Register | undefined): void {
  a.emit("vpmovzxwd", mask === undefined ? to : masked(to, mask, "zero"), from);
  a.emit("vpslld", to, to, 16);
}

/** Adds what stands in memory; with a mask only its lanes are read. `temporary` is overwritten where one is needed. */
export function emitAddMemory(
  a: Assembler,
  simd: Simd,
  value: Register,
  from: Memory,
  mask: Register | undefined,
  temporary: Register | undefined,
): void {
  if (mask === undefined) a.emit("vaddps", value, value, from);
  else if (simd.name === "avx512") a.emit("vaddps", masked(value, mask), value, from);
  else {
    if (temporary === undefined) throw new Error("a masked operand needs a register");
    emitLoad(a, simd, temporary, from, mask);
    a.emit("vaddps", value, value, temporary);
  }
}

/** Adds a constant to a pointer. */
export function emitAdvance(a: Assembler, pointer: Register, bytes: number): void {
  if (bytes !== 0) a.emit("add", pointer, bytes);
}

/** Runs `body` a known number of times, counting down in a register. */
export function emitCounted(a: Assembler, counter: Register, count: number, body: () => void): void {
  if (count === 0) return;
  const top = a.freshLabel("counted");
  if (count > 1) {
    a.emit("mov", resize(counter, 32), count);
    a.bind(top);
  }
  body();
  if (count > 1) {
    a.emit("sub", counter, 1);
    a.emit("jnz", top);
  }
}

/** The constant as every lane of a register, through a general register. */
export function emitConstant(a: Assembler, simd: Simd, to: Register, value: number, scratch = rax): void {
  const bits = new Int32Array(Float32Array.of(value).buffer)[0] as number;
  a.emit("mov", resize(scratch, 32), bits);
  if (simd.name === "avx512") {
    a.emit("vpbroadcastd", to, resize(scratch, 32));
    return;
  }
  a.emit("vmovd", resize(to, 128), resize(scratch, 32));
  a.emit("vbroadcastss", to, resize(to, 128));
}
