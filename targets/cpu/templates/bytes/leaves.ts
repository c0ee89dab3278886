import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { k, masked, xmm, ymm, zmm } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "./simd.ts";
import type { Block } from "./strided-runs.ts";
import { groupMask } from "./strided-runs.ts";

/** Emits the load of group `group` of bytes as int32 lanes of `vector(n)`; lanes masked off are 0. */
export function emitLoadInts(a: Assembler, simd: Simd, block: Block, n: number, operand: number, group: number): void {
  const from = block.at(operand, group);
  if (block.kind === "masked") a.emit("vpmovzxbd", masked(simd.vector(n), groupMask(group), "zero"), from);
  else if (block.kind === "full") a.emit("vpmovzxbd", simd.vector(n), from);
  else emitLoadByte(a, n, from);
}

/** Emits the load of group `group` of float32 into `vector(n)`; lanes masked off are 0. */
export function emitLoadFloats(
  a: Assembler,
  simd: Simd,
  block: Block,
  n: number,
  operand: number,
  group: number,
): void {
  const from = block.at(operand, group);
  if (block.kind === "masked") a.emit("vmovups", masked(simd.vector(n), groupMask(group), "zero"), from);
  else if (block.kind === "full") a.emit("vmovups", simd.vector(n), from);
  else a.emit("vmovss", xmm(n), from);
}

/** Emits the store of `vector(n)` to group `group` of float32. */
export function emitStoreFloats(
  a: Assembler,
  simd: Simd,
  block: Block,
  n: number,
  operand: number,
  group: number,
): void {
  const to = block.at(operand, group);
  if (block.kind === "masked") a.emit("vmovups", masked(to, groupMask(group)), simd.vector(n));
  else if (block.kind === "full") a.emit("vmovups", to, simd.vector(n));
  else a.emit("vmovss", to, xmm(n));
}

/** Emits the store of `vector(n)` to group `group` of bfloat16 (AVX-512 only); the register is overwritten. */
export function emitStoreNarrowed(a: Assembler, block: Block, n: number, operand: number, group: number): void {
  const to = block.at(operand, group);
  a.emit("vcvtneps2bf16", ymm(n), zmm(n));
  a.emit("vmovdqu16", block.kind === "masked" ? masked(to, groupMask(group)) : to, ymm(n));
}

/** Emits the load of a block of bytes into `vector(n)`. */
export function emitLoadBytes(a: Assembler, simd: Simd, block: Block, n: number, operand: number): void {
  const from = block.at(operand);
  if (block.kind === "masked") a.emit("vmovdqu8", masked(zmm(n), k(1), "zero"), from);
  else if (block.kind === "single") emitLoadByte(a, n, from);
  else {
    const { mnemonic, register } = mover(simd.lanes * block.groups);
    a.emit(mnemonic, register(n), from);
  }
}

/** Emits the store of a block of bytes from `vector(n)`. */
export function emitStoreBytes(a: Assembler, simd: Simd, block: Block, n: number, operand: number): void {
  const to = block.at(operand);
  if (block.kind === "masked") a.emit("vmovdqu8", masked(to, k(1)), zmm(n));
  else if (block.kind === "single") a.emit("vpextrb", to, xmm(n), 0);
  else {
    const { mnemonic, register } = mover(simd.lanes * block.groups);
    a.emit(mnemonic, to, register(n));
  }
}

/**
 * Emits the packing of the int32 lanes of `vector(first)` onwards, one register a group, into bytes in `vector(first)`:
 * saturated to int16, then to uint8, then put in order by the dword indices {@link packOrder} in `order`.
 */
export function emitPackBytes(
  a: Assembler,
  simd: Simd,
  block: Pick<Block, "kind" | "groups">,
  first: number,
  order: Register,
): void {
  const group = (i: number): Register => simd.vector(first + Math.min(i, block.groups - 1));
  a.emit("vpackssdw", group(0), group(0), group(1));
  if (block.groups > 2) a.emit("vpackssdw", group(2), group(2), group(3));
  a.emit("vpackuswb", group(0), group(0), block.groups > 2 ? group(2) : group(0));
  if (block.kind !== "single") a.emit("vpermd", group(0), order, group(0));
}

/** Dword indices that undo the lanes of {@link emitPackBytes}: dword 'lanes of 128 bits' * group + lane comes from 4 * lane + group. */
export function packOrder(simd: Simd): readonly number[] {
  const count = simd.lanes / 4;
  return Array.from({ length: simd.lanes }, (_, i) => 4 * (i % count) + Math.floor(i / count));
}

function emitLoadByte(a: Assembler, n: number, from: Memory): void {
  a.emit("vpxor", xmm(n), xmm(n), xmm(n));
  a.emit("vpinsrb", xmm(n), xmm(n), from, 0);
}

/** How 64, 32, 16 or 8 bytes are moved. */
function mover(bytes: number): {
  readonly mnemonic: "vmovdqu8" | "vmovdqu" | "vmovq";
  register(n: number): Register;
} {
  if (bytes === 64) return { mnemonic: "vmovdqu8", register: zmm };
  if (bytes === 8) return { mnemonic: "vmovq", register: xmm };
  return { mnemonic: "vmovdqu", register: bytes === 32 ? ymm : xmm };
}
