import type { Assembler, Memory } from "../../../../../src/codegen/x86/index.ts";
import {
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
  rsi,
} from "../../../../../src/codegen/x86/index.ts";
import type { ProductPlan } from "./plan.ts";

/** Which general register holds what. */
export const registers = {
  params: rdi,
  scratch: rcx,
  /** First elements of the pair of matrices and its product. */
  a: r8,
  b: r9,
  y: r10,
  /** First elements of the block of rows. */
  row: r11,
  result: r12,
  /** Blocks left, and the column of the tile in bytes of a row of packed b. */
  blocks: r13,
  column: r14,
  target: r15,
  left: rbp,
  right: rbx,
  inner: rax,
  /** Matrices left. */
  matrices: rdx,
  spare: rsi,
} as const;

/** Constants in memory, a vector each. */
export const constantNames = [
  /** Zero points as int16. */
  "aZero",
  "bZero",
  /** Ones in the int16 of the last vector of a row of a that are terms. */
  "terms",
  /** Distances of columns of b, and those of the last vector of them. */
  "columns",
  "lastColumns",
  /** Shuffles of four bytes: the first two, and the last two, widened. */
  "first",
  "second",
  /** Ones in the float32 of the last vector of a row of y that are columns. */
  "rest",
  /** The multiplier, bounds of the result less the zero point, the zero point. */
  "multiplier",
  "lowest",
  "highest",
  "zero",
] as const;
/** One of {@link constantNames}. */
export type ConstantName = (typeof constantNames)[number];

/** What the parts of the kernel share. */
export interface Emission {
  readonly a: Assembler;
  readonly plan: ProductPlan;
  constant(name: ConstantName): Memory;
}

/** Memory in the scratch. */
export function scratch(disp: number): Memory {
  return mem(registers.scratch, { disp });
}
