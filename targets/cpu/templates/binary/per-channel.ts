import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { mem, r8, r9, r10, r11, rax, rcx, rdi, rdx, rsi } from "../../../../src/codegen/x86/index.ts";
import type { BinaryWorkload } from "../../workload.ts";
import { emitLoadInts, emitPackBytes, emitStoreBytes } from "../bytes/leaves.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Block } from "../bytes/strided-runs.ts";
import { blockKind, emitMasks } from "../bytes/strided-runs.ts";
import { constantRegisters, emitConstantLoads } from "./constants.ts";

const { first, second, third, fourth, lo, hi, order } = constantRegisters;

/** Channels that pass at once, and how often such a block follows another. */
interface Blocks {
  readonly count: number;
  readonly channels: number;
}

/** First registers of what follows from b: its term of the sum, or b without its zero point and minus that times a's. */
function termRegisters(simd: Simd): { readonly factor: number; readonly offset: number } {
  return simd.name === "avx512" ? { factor: 16, offset: 20 } : { factor: 4, offset: 6 };
}

/**
 * Emits the loops where b has one value a channel: block of channels by block, so that what follows from b stays in
 * registers while all pixels pass. Where 16 or 32 channels are all there are, several pixels make a block.
 */
export function emitPerChannel(a: Assembler, simd: Simd, workload: BinaryWorkload): void {
  const pixels = joinedPixels(simd, workload);
  a.emit("mov", r8, mem(rdi));
  a.emit("mov", r10, mem(rdi, { disp: 8 }));
  a.emit("mov", r9, mem(rdi, { disp: 24 }));
  for (const [pointer, strides] of [
    [r8, workload.a],
    [r9, workload.y],
  ] as const) {
    a.emit("imul", rax, rsi, strides.row);
    a.emit("add", pointer, rax);
  }
  emitConstantLoads(a, simd);
  const rest = pixels > 1 ? (workload.columns % pixels) * workload.channels : workload.channels % 64;
  if (simd.name === "avx512" && rest > 0) {
    a.emit("mov", rax, (1n << BigInt(rest)) - 1n);
    emitMasks(a, rax, Math.ceil(rest / simd.lanes));
  }
  a.emit("sub", rdx, rsi);
  a.emit("jz", a.label("done"));
  for (const { count, channels } of blocksOf(simd, workload.channels)) {
    if (count === 0) continue;
    const loop = a.freshLabel("block");
    a.emit("mov", rcx, count);
    a.bind(loop);
    emitTerms(a, simd, workload, channels, pixels);
    emitPixels(a, simd, workload, channels, pixels);
    for (const pointer of [r8, r9, r10]) a.emit("add", pointer, channels);
    a.emit("dec", rcx);
    a.emit("jnz", loop);
  }
  a.bind("done");
  a.emit("vzeroupper");
  a.emit("ret");
}

function joinedPixels(simd: Simd, { channels, a, y }: BinaryWorkload): number {
  const joins = simd.name === "avx512" && (channels === 16 || channels === 32);
  return joins && a.pixel === channels && y.pixel === channels ? 64 / channels : 1;
}

function blocksOf(simd: Simd, channels: number): readonly Blocks[] {
  const one = (size: number): Blocks => ({ count: size > 0 ? 1 : 0, channels: size });
  if (simd.name === "avx512") return [{ count: Math.floor(channels / 64), channels: 64 }, one(channels % 64)];
  return [{ count: Math.floor(channels / 16), channels: 16 }, one(channels & 8), { count: channels % 8, channels: 1 }];
}

/** A block of so many elements, a at rsi, y at rdi, b at r10: there the channels repeat. */
function blockOf(simd: Simd, elements: number, channels: number): Block {
  return {
    ...blockKind(simd, elements),
    at: (operand, group = 0) => {
      const disp = group * simd.lanes;
      return operand === 2 ? mem(r10, { disp: disp % channels }) : mem(operand === 0 ? rsi : rdi, { disp });
    },
  };
}

function emitTerms(a: Assembler, simd: Simd, { kind }: BinaryWorkload, channels: number, pixels: number): void {
  const v = simd.vector;
  const registers = termRegisters(simd);
  const block = blockOf(simd, channels * pixels, channels);
  for (let group = 0; group < block.groups; group++) {
    const factor = registers.factor + group;
    emitLoadInts(a, simd, block, factor, 2, group);
    a.emit("vcvtdq2ps", v(factor), v(factor));
    if (kind === "add") a.emit("vfmadd213ps", v(factor), v(second), v(third));
    else {
      a.emit("vsubps", v(factor), v(factor), v(second));
      a.emit("vxorps", v(registers.offset + group), v(registers.offset + group), v(registers.offset + group));
      a.emit("vfnmadd231ps", v(registers.offset + group), v(factor), v(first));
    }
  }
}

/** All pixels of the rows, of which rdx has the number. */
function emitPixels(a: Assembler, simd: Simd, workload: BinaryWorkload, channels: number, pixels: number): void {
  const { columns } = workload;
  const [row, pixel] = [a.freshLabel("row"), a.freshLabel("pixel")];
  const advance = (pointer: Register, bytes: number): void => {
    if (bytes !== 0) a.emit("add", pointer, bytes);
  };
  a.emit("mov", rsi, r8);
  a.emit("mov", rdi, r9);
  a.emit("mov", rax, rdx);
  a.bind(row);
  const whole = Math.floor(columns / pixels);
  if (whole > 0) {
    a.emit("mov", r11, whole);
    a.bind(pixel);
    emitBody(a, simd, workload, blockOf(simd, channels * pixels, channels));
    advance(rsi, pixels * workload.a.pixel);
    advance(rdi, pixels * workload.y.pixel);
    a.emit("dec", r11);
    a.emit("jnz", pixel);
  }
  const rest = columns % pixels;
  if (rest > 0) emitBody(a, simd, workload, blockOf(simd, channels * rest, channels));
  advance(rsi, workload.a.row - whole * pixels * workload.a.pixel);
  advance(rdi, workload.y.row - whole * pixels * workload.y.pixel);
  a.emit("dec", rax);
  a.emit("jnz", row);
}

/** (a - za) * (b - zb) is a whole number below 2^24, so the fused form of it is exact. */
function emitBody(a: Assembler, simd: Simd, { kind }: BinaryWorkload, block: Block): void {
  const v = simd.vector;
  const registers = termRegisters(simd);
  for (let group = 0; group < block.groups; group++) {
    const x = v(group);
    emitLoadInts(a, simd, block, group, 0, group);
    a.emit("vcvtdq2ps", x, x);
    if (kind === "add") a.emit("vfmadd213ps", x, v(first), v(registers.factor + group));
    else {
      a.emit("vfmadd213ps", x, v(registers.factor + group), v(registers.offset + group));
      a.emit("vmulps", x, x, v(third));
      a.emit("vaddps", x, x, v(fourth));
    }
    a.emit("vcvtps2dq", x, x);
  }
  emitPackBytes(a, simd, block, 0, v(order));
  a.emit("vpmaxub", v(0), v(0), v(lo));
  a.emit("vpminub", v(0), v(0), v(hi));
  emitStoreBytes(a, simd, block, 0, 1);
}
