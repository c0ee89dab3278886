import type { Assembler } from "../../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  eax,
  edi,
  mem,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15,
  r8,
  r9,
  rax,
  rbp,
  rbx,
  rcx,
  rdi,
  rdx,
  resize,
  rsi,
} from "../../../../../src/codegen/x86/index.ts";
import type { ResizeArgmaxWorkload } from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import { emitFrame, stackVariables } from "../../kernel-frame.ts";
import { tapBytes } from "../resize/taps.ts";
import { emitAdvance, emitCounted, emitZero, vectorBytes } from "../vectors.ts";
import type { Champions } from "./champion.ts";
import { emitChallenge, emitSpread, extremeOf, placeBytes } from "./champion.ts";
import { emitRowInScratch } from "./emit-expanded-row.ts";
import type { ResizedLayout } from "./resized-layout.ts";
import { resizedLayout, scratch, vectorEntry } from "./resized-layout.ts";

/** Numbers of vector registers: weights of the four cells, champions, the channel reached, the number one, sums, weights of rows. */
const [topNear, topFar, bottomNear, bottomFar, best, place, reached, one, sum, term, top, bottom, flags] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
];

const variables = stackVariables(["x", "y", "begin", "left", "entry"]);

/** Channels of one turn of the loop over them. */
const together = 4;

interface Emission {
  readonly a: Assembler;
  readonly simd: Simd;
  readonly workload: ResizeArgmaxWorkload;
  readonly layout: ResizedLayout;
}

/**
 * Emits an argmax over what a linear resize gives: vectors of output columns, block by block. The input rows an output
 * row lies between stand in scratch, as long as the block, so that nothing is gathered but once an input row.
 */
export function emitResizedArgmax(simd: Simd, workload: ResizeArgmaxWorkload): Assembler {
  const a = createAssembler();
  const layout = resizedLayout(workload, simd);
  const emission: Emission = { a, simd, workload, layout };
  const v = simd.vector;
  emitFrame(a, { saved: [rbx, rbp, r12, r13, r14, r15], stackBytes: variables.bytes }, () => {
    a.emit("mov", rax, mem(rdi));
    a.emit("mov", variables.at("x"), rax);
    a.emit("mov", r9, mem(rdi, { disp: 8 }));
    a.emit("mov", rax, mem(rdi, { disp: 16 }));
    a.emit("mov", variables.at("y"), rax);
    a.emit("mov", variables.at("begin"), rsi);
    a.emit("mov", variables.at("left"), layout.vectors);
    a.emit("mov", rax, 1);
    emitSpread(a, v(one), rax);
    a.emit("lea", r14, mem(r9, { disp: layout.vectorsAt }));
    a.emit("cmp", rsi, rdx);
    a.emit("jae", a.label("done"));
    a.bind("block");
    a.emit("mov", r15, layout.blockVectors);
    a.emit("cmp", r15, variables.at("left"));
    a.emit("cmova", r15, variables.at("left"));
    a.emit("mov", rax, -1);
    a.emit("mov", mem(rcx), rax);
    a.emit("mov", mem(rcx, { disp: 8 }), rax);
    a.emit("mov", rsi, variables.at("begin"));
    a.bind("row");
    emitRow(emission);
    a.emit("inc", rsi);
    a.emit("cmp", rsi, rdx);
    a.emit("jb", a.label("row"));
    a.emit("imul", rax, r15, layout.entryBytes);
    a.emit("add", r14, rax);
    a.emit("sub", variables.at("left"), r15);
    a.emit("jnz", a.label("block"));
    a.bind("done");
  });
  return a;
}

/** Row rsi of the block whose r15 vectors have their entries at r14. */
function emitRow(emission: Emission): void {
  const { a, simd, workload, layout } = emission;
  a.emit("imul", r11, rsi, tapBytes);
  a.emit("add", r11, r9);
  a.emit("mov", variables.at("entry"), r11);
  emitRowInScratch(a, workload, layout, { disp: 0, slot: r12, x: variables.at("x"), entry: variables.at("entry") });
  emitRowInScratch(a, workload, layout, { disp: 4, slot: r13, x: variables.at("x"), entry: variables.at("entry") });
  a.emit("mov", r11, variables.at("entry"));
  a.emit("vbroadcastss", simd.vector(top), mem(r11, { disp: 8 }));
  a.emit("vbroadcastss", simd.vector(bottom), mem(r11, { disp: 12 }));
  a.emit("imul", r10, rsi, workload.columns * placeBytes(workload));
  a.emit("add", r10, variables.at("y"));
  a.emit("mov", r11, r14);
  a.emit("mov", rbp, r15);
  a.emit("xor", resize(rbx, 32), resize(rbx, 32));
  a.bind("vector");
  emitVector(emission);
  emitStorePlaces(emission);
  a.emit("add", r11, layout.entryBytes);
  a.emit("add", rbx, vectorBytes(simd));
  a.emit("dec", rbp);
  a.emit("jnz", a.label("vector"));
}

/** The champions of the columns of the entry at r11, whose cells stand rbx bytes into both rows in scratch. */
function emitVector({ a, simd, workload, layout }: Emission): void {
  const v = simd.vector;
  const { nearWeights, farWeights } = vectorEntry(simd);
  a.emit("vmovups", v(term), mem(r11, { disp: farWeights }));
  a.emit("vmovups", v(sum), mem(r11, { disp: nearWeights }));
  a.emit("vmulps", v(topNear), v(sum), v(top));
  a.emit("vmulps", v(topFar), v(term), v(top));
  a.emit("vmulps", v(bottomNear), v(sum), v(bottom));
  a.emit("vmulps", v(bottomFar), v(term), v(bottom));
  a.emit("lea", rdi, mem(r12, { index: rbx }));
  a.emit("lea", rax, mem(r13, { index: rbx }));
  emitZero(a, simd, v(place));
  emitZero(a, simd, v(reached));
  const value = (to: number, channel: number): void => {
    const near = channel * layout.channelBytes;
    const far = near + layout.farBytes;
    a.emit("vmulps", v(to), v(topNear), mem(rdi, { disp: near }));
    for (const [weight, row, disp] of [
      [topFar, rdi, far],
      [bottomNear, rax, near],
      [bottomFar, rax, far],
    ] as const) {
      a.emit("vmulps", v(term), v(weight), mem(row, { disp }));
      a.emit("vaddps", v(to), v(to), v(term));
    }
  };
  const champions: Champions = { best: v(best), place: v(place), flags: v(flags) };
  const challenge = (channel: number): void => {
    value(sum, channel);
    a.emit("vpaddd", v(reached), v(reached), v(one));
    emitChallenge(a, simd, extremeOf(workload), champions, { value: v(sum), place: v(reached) });
  };
  const advance = (channels: number): void => {
    for (const pointer of [rdi, rax]) emitAdvance(a, pointer, channels * layout.channelBytes);
  };
  value(best, 0);
  const others = workload.channels - 1;
  if (others > 0) advance(1);
  emitCounted(a, r8, Math.floor(others / together), () => {
    for (let channel = 0; channel < together; channel++) challenge(channel);
    advance(together);
  });
  for (let channel = 0; channel < others % together; channel++) challenge(channel);
}

/** Places to the row of y at r10: whole vectors, the last of which overlaps the one before. */
function emitStorePlaces({ a, simd, workload }: Emission): void {
  const { columns, out } = workload;
  const places = simd.vector(place);
  const held = (disp: number): ReturnType<typeof mem> => mem(rcx, { disp: scratch.places + disp });
  if (columns < simd.lanes || out === "s64") a.emit("vmovups", held(0), places);
  if (columns < simd.lanes) {
    for (let column = 0; column < columns; column++) {
      a.emit("mov", eax, held(4 * column));
      const to = mem(r10, { disp: column * placeBytes(workload) });
      if (out === "s64") a.emit("mov", to, rax);
      else a.emit("mov", to, eax);
    }
    return;
  }
  a.emit("mov", edi, mem(r11));
  a.emit("add", rdi, r10);
  if (out === "s32") {
    a.emit("vmovups", mem(rdi), places);
    return;
  }
  const bytes = vectorBytes(simd);
  for (const [disp, half] of [
    [0, 0],
    [bytes, bytes / 2],
  ] as const) {
    a.emit("vpmovzxdq", simd.vector(sum), held(half));
    a.emit("vmovups", mem(rdi, { disp }), simd.vector(sum));
  }
}
