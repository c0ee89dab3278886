import type { Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import {
  k,
  mem,
  r10,
  r11,
  r12,
  r13,
  r15,
  r8,
  r9,
  rax,
  rbp,
  rbx,
  rcx,
  rdx,
  rsp,
} from "../../../../../src/codegen/x86/index.ts";

/** First elements of the tile in x, y and the residual; of the channel block in weights and biases; `params`. */
export const pointers = { x: r8, y: r9, residual: r10, weights: r12, bias: r13, params: r15 } as const;

/** Pointers that run through a tile's sums, where the next prefetch goes, and counters. */
export const running = {
  x: rax,
  weights: rbx,
  ahead: rbp,
  counters: [rcx, rdx, r11] as readonly [Register, Register, Register],
} as const;

/** The opmask of the last channels, kept while the block they are in is computed. */
export const tailMask = k(1);

/** Variables of the outer loops, eight bytes each on the stack. */
export const variables = [
  "x",
  "y",
  "residual",
  "weights",
  "bias",
  "unitsEnd",
  "blocksBegin",
  "blocksEnd",
  "sweepBegin",
  "sweepEnd",
  "unit",
  "block",
  "tile",
  "ahead",
  "xSweep",
  "ySweep",
  "residualSweep",
] as const;

/** A variable of the outer loops. */
export type Variable = (typeof variables)[number];

/** The stack slot of a variable. */
export function slot(variable: Variable): Memory {
  return mem(rsp, { disp: 8 * variables.indexOf(variable), bits: 64 });
}
