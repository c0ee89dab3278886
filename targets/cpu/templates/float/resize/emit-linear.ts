import type { Assembler } from "../../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  eax,
  k,
  mem,
  r10,
  r11,
  r12,
  r13,
  r8,
  r9,
  rax,
  rbp,
  rbx,
  rdi,
  rdx,
  rsi,
} from "../../../../../src/codegen/x86/index.ts";
import type { FloatResizeWorkload } from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import { emitFrame } from "../../kernel-frame.ts";
import { emitCellWeights } from "../../resize/cell-weights.ts";
import { emitAdvance, emitCounted, emitLaneMask, emitLoad, emitStore, vectorBytes } from "../vectors.ts";
import { tapBytes } from "./taps.ts";

/** Numbers of vector registers: sums, products, weights of the four cells, of the two rows; the mask without opmasks. */
const [sums, products, topNear, topFar, bottomNear, bottomFar, top, bottom, vectorMask] = [
  0, 4, 8, 9, 10, 11, 12, 13, 15,
];

/** Vectors of channels of one turn of a loop; sums and products of four have registers of their own. */
const [together, inFlight] = [8, 4];

/**
 * Emits a linear resize of channels-last float32, a pixel at a time: four weighted cells summed as ONNX Runtime does.
 * Arguments: x, params (taps of rows and columns in bytes), y.
 */
export function emitLinearFloats(simd: Simd, workload: FloatResizeWorkload): Assembler {
  const a = createAssembler();
  const { rows, columns, y } = workload;
  if (y === "planar") throw new Error("a linear resize by pixels gives channels last");
  emitFrame(a, { saved: [rbx, rbp, r12, r13] }, () => {
    a.emit("mov", r8, mem(rdi));
    a.emit("mov", r9, mem(rdi, { disp: 8 }));
    a.emit("mov", r10, mem(rdi, { disp: 16 }));
    a.emit("imul", rax, rsi, 4 * y.row);
    a.emit("add", r10, rax);
    const rest = workload.channels % simd.lanes;
    if (rest > 0) emitLaneMask(a, simd, maskOf(simd), rest);
    a.emit("cmp", rsi, rdx);
    a.emit("jae", a.label("done"));
    a.bind("row");
    a.emit("imul", r11, rsi, tapBytes);
    a.emit("add", r11, r9);
    for (const [row, disp] of [
      [r12, 0],
      [r13, 4],
    ] as const) {
      a.emit("mov", eax, mem(r11, { disp }));
      a.emit("lea", row, mem(r8, { index: rax }));
    }
    a.emit("vbroadcastss", simd.vector(top), mem(r11, { disp: 8 }));
    a.emit("vbroadcastss", simd.vector(bottom), mem(r11, { disp: 12 }));
    a.emit("lea", r11, mem(r9, { disp: tapBytes * rows }));
    a.emit("mov", rax, columns);
    a.bind("pixel");
    emitCellWeights(a, simd, { topNear, topFar, bottomNear, bottomFar, top, bottom });
    emitPixel(a, simd, workload.channels);
    a.emit("add", r11, tapBytes);
    a.emit("add", r10, 4 * y.pixel);
    a.emit("dec", rax);
    a.emit("jnz", a.label("pixel"));
    emitAdvance(a, r10, 4 * (y.row - columns * y.pixel));
    a.emit("inc", rsi);
    a.emit("cmp", rsi, rdx);
    a.emit("jb", a.label("row"));
    a.bind("done");
  });
  return a;
}

function maskOf(simd: Simd): ReturnType<typeof k> {
  return simd.name === "avx512" ? k(1) : simd.vector(vectorMask);
}

/** The channels of the pixel at r10, which is where it was afterwards; rdi and rbx are lost. */
function emitPixel(a: Assembler, simd: Simd, channels: number): void {
  const bytes = vectorBytes(simd);
  const whole = Math.floor(channels / simd.lanes);
  const turns = Math.floor(whole / together);
  emitCounted(a, rbp, turns, () => {
    for (let n = 0; n < together; n++) emitVector(a, simd, n, false);
    for (const pointer of [rdi, rbx, r10]) a.emit("add", pointer, together * bytes);
  });
  const rest = whole - turns * together;
  for (let n = 0; n < rest; n++) emitVector(a, simd, n, false);
  if (channels % simd.lanes > 0) emitVector(a, simd, rest, true);
  emitAdvance(a, r10, -turns * together * bytes);
}

/** Vector n from where the pointers stand. */
function emitVector(a: Assembler, simd: Simd, n: number, isLast: boolean): void {
  const disp = n * vectorBytes(simd);
  const [sum, term] = [simd.vector(sums + (n % inFlight)), simd.vector(products + (n % inFlight))];
  const mask = isLast ? maskOf(simd) : undefined;
  for (const [index, weight, row, column] of [
    [0, topNear, r12, rdi],
    [1, topFar, r12, rbx],
    [2, bottomNear, r13, rdi],
    [3, bottomFar, r13, rbx],
  ] as const) {
    const to = index === 0 ? sum : term;
    const cell = mem(row, { index: column, disp });
    if (mask === undefined) a.emit("vmulps", to, simd.vector(weight), cell);
    else {
      emitLoad(a, simd, to, cell, mask);
      a.emit("vmulps", to, simd.vector(weight), to);
    }
    if (index > 0) a.emit("vaddps", sum, sum, term);
  }
  emitStore(a, simd, mem(r10, { disp }), sum, mask);
}
