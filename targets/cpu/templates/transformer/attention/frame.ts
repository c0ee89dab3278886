import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
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
} from "../../../../../src/codegen/x86/index.ts";
import type { AttentionPlan } from "./plan.ts";

/** Which general register holds what. */
export const registers = {
  params: rdi,
  scratch: rcx,
  /** First element of the head in q, k, v, y. */
  q: r8,
  k: r9,
  v: r10,
  y: r11,
  /** Mask of the head, from the row of the first query of the block on. */
  mask: r12,
  /** First query and result of the block. */
  query: r13,
  result: r14,
  /** Blocks left. */
  blocks: r15,
  /** Running pointers and counters of inner loops. */
  left: rbp,
  right: rbx,
  inner: rax,
  outer: rdx,
} as const;

/** Constants in memory, a vector each. */
export const constantNames = [
  /** The workload's scale times log2(e), and log2(e) for the mask. */
  "scale",
  "log2e",
  /**
   * What scores are cut off at, so that those of a query that is masked as a whole are equal; that of keys that do not
   * exist; the least exponent of two.
   */
  "least",
  "absent",
  "floor",
  /** Coefficients of 2^f. */
  "e5",
  "e4",
  "e3",
  "e2",
  "e1",
  "one",
  /** One over the scale of y, its zero point, and where results are cut off before they become integers. */
  "inverse",
  "zero",
  "ceiling",
] as const;
/** One of {@link constantNames}. */
export type ConstantName = (typeof constantNames)[number];

/** What the parts of the kernel share. */
export interface Emission {
  readonly a: Assembler;
  readonly plan: AttentionPlan;
  /** A constant as a full vector in memory, or in the register it lives in while scores are computed. */
  constant(name: ConstantName): Memory | Register;
  /** A constant in memory. */
  stored(name: ConstantName): Memory;
}

/** Memory in the scratch. */
export function scratch(disp: number): Memory {
  return mem(registers.scratch, { disp });
}

/** Constants that live in registers while scores are computed, where there are registers enough. */
const residents: readonly ConstantName[] = ["scale", "floor", "e4", "e3", "e2", "e1", "one"];
const firstResident = 25;

/** The register of a constant, if it has one. */
export function residentOf({ simd }: AttentionPlan, name: ConstantName): Register | undefined {
  const index = simd.name === "avx512" ? residents.indexOf(name) : -1;
  return index < 0 ? undefined : simd.vector(firstResident + index);
}

/** Loads the constants that live in registers. */
export function loadResidents({ a, plan, stored }: Emission): void {
  for (const name of residents) {
    const register = residentOf(plan, name);
    if (register !== undefined) a.emit("vmovups", register, stored(name));
  }
}
