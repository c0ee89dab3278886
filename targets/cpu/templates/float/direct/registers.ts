import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { k, r10, r11, r12, r13, r15, r8, r9, rax, rbp, rbx, rcx, rdx } from "../../../../../src/codegen/x86/index.ts";
import { stackVariables } from "../../kernel-frame.ts";

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

/** The opmask of loads that are gathered from. */
export const gatherMask = k(2);

/** Variables of the outer loops. */
export const variables = stackVariables([
  "x",
  "y",
  "residual",
  "weights",
  "bias",
  "unitsEnd",
  "blocksBegin",
  "blocksEnd",
  "slice",
  "slicesBegin",
  "slicesEnd",
  "sweepBegin",
  "sweepEnd",
  "unit",
  "block",
  "tile",
  "ahead",
  "xSweep",
  "ySweep",
  "residualSweep",
]);

/** A variable of the outer loops. */
export type Variable = Parameters<typeof variables.at>[0];

/** The stack slot of a variable. */
export const slot = variables.at;
