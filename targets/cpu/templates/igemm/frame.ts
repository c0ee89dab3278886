import type { Assembler, Memory } from "../../../../src/codegen/x86/index.ts";
import {
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
  rsi,
} from "../../../../src/codegen/x86/index.ts";
import type { IgemmPlan } from "./plan.ts";
import type { TileRegisters } from "./tile.ts";
import { stackVariables } from "../kernel-frame.ts";

/** Which register holds what while tiles are computed. */
export const tileRegisters: TileRegisters = {
  x: rax,
  weights: rbx,
  counters: [rcx, rdx, r11],
  tile: r8,
  y: r9,
  residual: r10,
  block: r12,
  bias: r13,
  multiplier: r14,
  params: r15,
  table: rsi,
  ahead: rbp,
  scalar: rdi,
};

/** Variables of the outer loops, eight bytes each on the stack. */
export const variables = stackVariables([
  "x",
  "y",
  "residual",
  "weights",
  "bias",
  "multiplier",
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
/** One of {@link variables}. */
export type Variable = Parameters<typeof variables.at>[0];

/** What the parts of a kernel's code share. */
export interface Emission {
  readonly assembler: Assembler;
  readonly plan: IgemmPlan;
  /** The variable on the stack. */
  at(variable: Variable): Memory;
}
