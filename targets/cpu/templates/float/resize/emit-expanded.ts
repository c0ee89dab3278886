import type { Assembler, Register } from "../../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
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
import type { Simd } from "../../bytes/simd.ts";
import { emitFrame, stackVariables } from "../../kernel-frame.ts";
import { emitAdvance, emitCounted, vectorBytes } from "../vectors.ts";
import { emitRowInScratch } from "./emit-expanded-row.ts";
import type { ExpandedLayout } from "./expanded-layout.ts";
import { expandedLayout, vectorEntry } from "./expanded-layout.ts";
import type { Interpolation } from "./taps.ts";
import { tapBytes } from "./taps.ts";

/** Numbers of vector registers: weights of the four cells, a product, weights of the rows. Those from 7 on are the body's. */
const [topNear, topFar, bottomNear, bottomFar, term, top, bottom] = [0, 1, 2, 3, 4, 5, 6];

/** First of the vector registers that are the body's. */
export const firstOfBody = 7;

const variables = stackVariables(["x", "y", "begin", "left", "entry"]);

/** Channels of one turn of the loop over them. */
const together = 4;

/**
 * What is made of the interpolated channels of a vector of columns. r10 points to the row of y, r11 to the entry of the
 * vector, rcx to scratch; rdi, rax and r8 are free before the first channel and after the last.
 */
export interface ExpandedBody {
  /** Bytes from one row of y to the next. */
  readonly rowBytes: number;
  /** Emitted once, at the beginning; rax is free. */
  prepare(a: Assembler): void;
  /** Before the first channel, whose value will be in the register that is returned. */
  begin(a: Assembler): Register;
  /** The register that the next channel's value will be in. */
  readonly value: Register;
  /** A channel but the first is in `value`; with `first` it is that one. rdi, rax, r8 are in use. */
  channel(a: Assembler, first: boolean): void;
  end(a: Assembler): void;
}

interface Emission {
  readonly a: Assembler;
  readonly simd: Simd;
  readonly workload: Interpolation;
  readonly layout: ExpandedLayout;
  readonly body: ExpandedBody;
}

/**
 * Emits a linear resize of channels-last float32 by vectors of output columns, block by block. The input rows an output
 * row lies between stand in scratch, as wide as the block, so that nothing is gathered but once an input row. Arguments:
 * x, params, y.
 */
export function emitExpanded(simd: Simd, workload: Interpolation, body: ExpandedBody): Assembler {
  const a = createAssembler();
  const layout = expandedLayout(workload, simd);
  const emission: Emission = { a, simd, workload, layout, body };
  emitFrame(a, { saved: [rbx, rbp, r12, r13, r14, r15], stackBytes: variables.bytes }, () => {
    a.emit("mov", rax, mem(rdi));
    a.emit("mov", variables.at("x"), rax);
    a.emit("mov", r9, mem(rdi, { disp: 8 }));
    a.emit("mov", rax, mem(rdi, { disp: 16 }));
    a.emit("mov", variables.at("y"), rax);
    a.emit("mov", variables.at("begin"), rsi);
    a.emit("mov", variables.at("left"), layout.vectors);
    body.prepare(a);
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
function emitRow({ a, simd, workload, layout, body }: Emission): void {
  a.emit("imul", r11, rsi, tapBytes);
  a.emit("add", r11, r9);
  a.emit("mov", variables.at("entry"), r11);
  const from = { x: variables.at("x"), entry: variables.at("entry") };
  emitRowInScratch(a, workload, layout, { disp: 0, slot: r12, ...from });
  emitRowInScratch(a, workload, layout, { disp: 4, slot: r13, ...from });
  a.emit("mov", r11, variables.at("entry"));
  a.emit("vbroadcastss", simd.vector(top), mem(r11, { disp: 8 }));
  a.emit("vbroadcastss", simd.vector(bottom), mem(r11, { disp: 12 }));
  a.emit("imul", r10, rsi, body.rowBytes);
  a.emit("add", r10, variables.at("y"));
  a.emit("mov", r11, r14);
  a.emit("mov", rbp, r15);
  a.emit("xor", resize(rbx, 32), resize(rbx, 32));
  a.bind("vector");
  emitVector({ a, simd, workload, layout, body });
  a.emit("add", r11, layout.entryBytes);
  a.emit("add", rbx, vectorBytes(simd));
  a.emit("dec", rbp);
  a.emit("jnz", a.label("vector"));
}

/** The columns of the entry at r11, whose cells stand rbx bytes into both rows in scratch. */
function emitVector({ a, simd, workload, layout, body }: Emission): void {
  const v = simd.vector;
  const { nearWeights, farWeights } = vectorEntry(simd);
  a.emit("vmovups", v(bottomNear), mem(r11, { disp: nearWeights }));
  a.emit("vmovups", v(bottomFar), mem(r11, { disp: farWeights }));
  a.emit("vmulps", v(topNear), v(bottomNear), v(top));
  a.emit("vmulps", v(topFar), v(bottomFar), v(top));
  a.emit("vmulps", v(bottomNear), v(bottomNear), v(bottom));
  a.emit("vmulps", v(bottomFar), v(bottomFar), v(bottom));
  const first = body.begin(a);
  a.emit("lea", rdi, mem(r12, { index: rbx }));
  a.emit("lea", rax, mem(r13, { index: rbx }));
  const interpolate = (to: Register, channel: number): void => {
    const near = channel * layout.channelBytes;
    const far = near + layout.farBytes;
    a.emit("vmulps", to, v(topNear), mem(rdi, { disp: near }));
    for (const [weight, row, disp] of [
      [topFar, rdi, far],
      [bottomNear, rax, near],
      [bottomFar, rax, far],
    ] as const) {
      a.emit("vmulps", v(term), v(weight), mem(row, { disp }));
      a.emit("vaddps", to, to, v(term));
    }
  };
  const next = (channel: number): void => {
    interpolate(body.value, channel);
    body.channel(a, false);
  };
  const advance = (channels: number): void => {
    for (const pointer of [rdi, rax]) emitAdvance(a, pointer, channels * layout.channelBytes);
  };
  interpolate(first, 0);
  body.channel(a, true);
  const others = workload.channels - 1;
  if (others > 0) advance(1);
  emitCounted(a, r8, Math.floor(others / together), () => {
    for (let channel = 0; channel < together; channel++) next(channel);
    advance(together);
  });
  for (let channel = 0; channel < others % together; channel++) next(channel);
  body.end(a);
}
