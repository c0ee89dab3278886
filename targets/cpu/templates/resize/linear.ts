import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import {
  edi,
  k,
  masked,
  mem,
  r8,
  r9,
  r10,
  r11,
  r12,
  r13,
  rax,
  rbp,
  rbx,
  rcx,
  rdi,
  rdx,
  rsi,
  xmm,
  ymm,
} from "../../../../src/codegen/x86/index.ts";
import type { ResizeWorkload } from "../../workload.ts";
import { emitMask } from "../bytes/byte-pattern.ts";
import { emitPackBytes } from "../bytes/leaves.ts";
import type { Simd } from "../bytes/simd.ts";
import { emitFrame } from "../kernel-frame.ts";
import { emitLoadPieces, emitStorePieces } from "../transfer/quads.ts";
import { emitCellWeights } from "./cell-weights.ts";
import { entryBytes, linearLayout, scratchHeader } from "./linear-layout.ts";

/** Numbers of vector registers: results of groups 0 to 3, one product, weights of the four cells, of the two rows. */
const [product, topNear, topFar, bottomNear, bottomFar, top, bottom] = [4, 5, 6, 7, 8, 9, 10];
const [scale, low, high, zero, order] = [11, 12, 13, 14, 15];
const saved = [rbx, rbp, r12, r13];
/** Masks of the last channels: as dwords of a group, as bytes of a block. */
const [groupMask, blockMask] = [k(1), k(2)];

/**
 * Emits a linear resize: input rows are dequantized into scratch, which holds the last even and the last odd one; four
 * weighted cells are summed as ONNX Runtime does and quantized.
 */
export function emitLinear(a: Assembler, simd: Simd, workload: ResizeWorkload): void {
  const layout = linearLayout(workload, simd);
  const { columns, y } = workload;
  emitFrame(a, { saved }, () => {
    a.emit("mov", r8, mem(rdi));
    a.emit("mov", r9, mem(rdi, { disp: 8 }));
    a.emit("mov", r10, mem(rdi, { disp: 16 }));
    a.emit("imul", rax, rsi, y.row);
    a.emit("add", r10, rax);
    emitPreparation(a, simd, workload, layout.order);
    a.emit("cmp", rsi, rdx);
    a.emit("jae", a.label("done"));
    a.bind("row");
    a.emit("mov", r11, rsi);
    a.emit("shl", r11, 4);
    a.emit("lea", r11, mem(r11, { index: r9, disp: layout.rows }));
    a.emit("vbroadcastss", simd.vector(top), mem(r11, { disp: 8 }));
    a.emit("vbroadcastss", simd.vector(bottom), mem(r11, { disp: 12 }));
    emitRowInScratch(a, simd, workload, 0, r12);
    emitRowInScratch(a, simd, workload, 4, r13);
    a.emit("lea", r11, mem(r9, { disp: layout.columns }));
    a.emit("mov", rax, columns);
    a.bind("pixel");
    emitCellWeights(a, simd, { topNear, topFar, bottomNear, bottomFar, top, bottom });
    emitPixel(a, simd, workload.channels);
    a.emit("add", r11, entryBytes);
    a.emit("add", r10, y.pixel);
    a.emit("dec", rax);
    a.emit("jnz", a.label("pixel"));
    a.emit("add", r10, y.row - columns * y.pixel);
    a.emit("inc", rsi);
    a.emit("cmp", rsi, rdx);
    a.emit("jb", a.label("row"));
    a.bind("done");
  });
}

/** Constants of the quantization, masks, and scratch rows marked as empty. */
function emitPreparation(a: Assembler, simd: Simd, { channels }: ResizeWorkload, orderOffset: number): void {
  const v = simd.vector;
  for (const [register, index] of [
    [scale, 2],
    [low, 3],
    [high, 4],
    [zero, 5],
  ] as const)
    a.emit("vbroadcastss", v(register), mem(r9, { disp: 4 * index }));
  a.emit("vmovups", v(order), mem(r9, { disp: orderOffset }));
  if (simd.name === "avx512") {
    emitMask(a, groupMask, (1n << BigInt(channels % simd.lanes)) - 1n);
    emitMask(a, blockMask, (1n << BigInt(channels % (4 * simd.lanes))) - 1n);
  }
  a.emit("mov", rax, -1);
  a.emit("mov", mem(rcx), rax);
  a.emit("mov", mem(rcx, { disp: 8 }), rax);
}

/** `slot` points to the scratch row of the input row named at `disp` of the entry at r11; it is filled unless it is there. */
function emitRowInScratch(a: Assembler, simd: Simd, workload: ResizeWorkload, disp: number, slot: Register): void {
  const { slotBytes, pixelBytes } = linearLayout(workload, simd);
  const { x, input, channels } = workload;
  a.emit("mov", edi, mem(r11, { disp }));
  a.emit("mov", rbx, rdi);
  a.emit("and", rbx, 1);
  a.emit("imul", slot, rbx, slotBytes);
  a.emit("lea", slot, mem(slot, { index: rcx, disp: scratchHeader }));
  a.emit("cmp", rdi, mem(rcx, { index: rbx, scale: 8 }));
  a.emit("je", a.label(`filled${disp}`));
  a.emit("mov", mem(rcx, { index: rbx, scale: 8 }), rdi);
  a.emit("imul", rdi, rdi, x.row);
  a.emit("add", rdi, r8);
  a.emit("mov", rbp, slot);
  a.emit("mov", rbx, input[1]);
  const [xScale, xZero] = [simd.vector(topNear), simd.vector(topFar)];
  a.emit("vbroadcastss", xScale, mem(r9));
  a.emit("vbroadcastss", xZero, mem(r9, { disp: 4 }));
  a.bind(`fill${disp}`);
  const value = simd.vector(0);
  for (let channel = 0; channel < channels; channel += simd.lanes) {
    emitLoadGroup(a, simd, Math.min(simd.lanes, channels - channel), channel);
    a.emit("vpsubd", value, value, xZero);
    a.emit("vcvtdq2ps", value, value);
    a.emit("vmulps", value, value, xScale);
    a.emit("vmovups", mem(rbp, { disp: 4 * channel }), value);
  }
  a.emit("add", rdi, x.pixel);
  a.emit("add", rbp, pixelBytes);
  a.emit("dec", rbx);
  a.emit("jnz", a.label(`fill${disp}`));
  a.bind(`filled${disp}`);
}

/** `count` bytes at rdi to the int32 lanes of register 0, exactly those. */
function emitLoadGroup(a: Assembler, simd: Simd, count: number, disp: number): void {
  if (count === simd.lanes) a.emit("vpmovzxbd", simd.vector(0), mem(rdi, { disp }));
  else if (simd.name === "avx512") a.emit("vpmovzxbd", masked(simd.vector(0), groupMask, "zero"), mem(rdi, { disp }));
  else {
    emitLoadPieces(a, 0, count, (byte) => mem(rdi, { disp: disp + byte }));
    a.emit("vpmovzxbd", simd.vector(0), xmm(0));
  }
}

/** One pixel at r10 from the scratch rows r12 and r13. */
function emitPixel(a: Assembler, simd: Simd, channels: number): void {
  const blockChannels = 4 * simd.lanes;
  for (let block = 0; block < channels; block += blockChannels) {
    const bytes = Math.min(blockChannels, channels - block);
    const groups = Math.ceil(bytes / simd.lanes);
    for (let group = 0; group < groups; group++) emitGroup(a, simd, group, 4 * (block + group * simd.lanes));
    emitPackBytes(a, simd, { kind: "full", groups }, 0, simd.vector(order));
    emitStoreBlock(a, simd, bytes, block);
  }
}

function emitGroup(a: Assembler, simd: Simd, n: number, disp: number): void {
  const [sum, term] = [simd.vector(n), simd.vector(product)];
  a.emit("vmulps", sum, simd.vector(topNear), mem(r12, { index: rdi, disp }));
  for (const [weight, row, column] of [
    [topFar, r12, rbx],
    [bottomNear, r13, rdi],
    [bottomFar, r13, rbx],
  ] as const) {
    a.emit("vmulps", term, simd.vector(weight), mem(row, { index: column, disp }));
    a.emit("vaddps", sum, sum, term);
  }
  a.emit("vdivps", sum, sum, simd.vector(scale));
  a.emit("vmaxps", sum, sum, simd.vector(low));
  a.emit("vminps", sum, sum, simd.vector(high));
  a.emit("vcvtps2dq", sum, sum);
  a.emit("vpaddd", sum, sum, simd.vector(zero));
}

/** The lowest `bytes` bytes of register 0 to y, exactly those. */
function emitStoreBlock(a: Assembler, simd: Simd, bytes: number, disp: number): void {
  const to = mem(r10, { disp });
  if (bytes === 4 * simd.lanes) a.emit("vmovups", to, simd.vector(0));
  else if (simd.name === "avx512") a.emit("vmovdqu8", masked(to, blockMask), simd.vector(0));
  else {
    emitStorePieces(a, 0, Math.min(bytes, 16), (byte) => mem(r10, { disp: disp + byte }));
    if (bytes <= 16) return;
    a.emit("vextracti128", xmm(0), ymm(0), 1);
    emitStorePieces(a, 0, bytes - 16, (byte) => mem(r10, { disp: disp + 16 + byte }));
  }
}
