import type { Register } from "../../../../src/codegen/x86/index.ts";
import { r10, r12, r13, r14, r15, r8, r9, rcx, rdi, rsi } from "../../../../src/codegen/x86/index.ts";
import { constantRows } from "../epilogue/constant-rows.ts";
import { epilogueRegisters } from "../epilogue/epilogue-context.ts";
import type { DepthwisePlan } from "./plan.ts";
import { keeps, pendingOutputs } from "./plan.ts";

/** Pointers and counters while a row is computed. */
export const rowRegisters = {
  x: r8,
  y: r9,
  residual: r10,
  weights: r12,
  bias: r13,
  multiplier: r14,
  params: r15,
  table: rsi,
  counter: rcx,
  scalar: rdi,
} as const;

/** Vector registers by their use; a row of a block of fewer vectors takes the first of each list. */
export interface VectorUse {
  /** `[pending output][row of y][vector]`; rows of y one after the other where {@link sharesPass} is false. */
  readonly accumulators: readonly Register[];
  /** `[column][group][vector]`: interleaved rows of x. */
  readonly columns: readonly Register[];
  /** Two for interleaving. */
  readonly temporaries: readonly [Register, Register];
  /** The index vector of natural order; zeros, where bytes are widened. */
  readonly index: Register | undefined;
  readonly zero: Register | undefined;
  /** Given to the epilogue: temporaries first, then homes of its constants. */
  readonly epilogue: readonly Register[];
  /** Weights that stay. */
  readonly weights: readonly Register[];
}

/** Columns of x in registers at a time. */
export function keptColumns({ point, across }: Pick<DepthwisePlan, "point" | "across">): number {
  return point.keep === keeps.columns ? across.span : 1;
}

/** Whether the rows of a pass are summed together; if not, each is finished before the next begins. */
export function sharesPass({ point }: DepthwisePlan, vectors: number): boolean {
  return point.keep !== keeps.columns || point.rows * vectors <= 4;
}

/** Shares out the vector registers for blocks of `vectors` vectors; undefined where they do not suffice. */
export function shareVectors(plan: DepthwisePlan, vectors: number, natural: boolean): VectorUse | undefined {
  const { isa, point, workload } = plan;
  const order = natural ? "natural" : "quad64";
  let next = 0;
  const take = (count: number): readonly Register[] =>
    Array.from({ length: Math.max(0, count) }, () => isa.vector(next++ % isa.registers));
  const accumulators = take(pendingOutputs(plan) * (sharesPass(plan, vectors) ? point.rows : 1) * vectors);
  const groups = point.keep === keeps.nothing ? 1 : plan.groups;
  const columns = take(keptColumns(plan) * groups * vectors);
  const temporaries = take(2) as [Register, Register];
  const [index] = take(natural ? 1 : 0);
  const [zero] = take(plan.groupRows === 2 ? 1 : 0);
  const { epilogue } = workload;
  const needed = epilogueRegisters({ epilogue, isa, order });
  const rows = constantRows(epilogue, isa);
  const resident = rows.filter((row) => row === "fixed" || (row === "order" && natural)).length;
  // While an output is finished no column is being interleaved; columns that are used up are free too.
  const transient = [...temporaries, ...(point.keep === keeps.columns ? [] : columns)].slice(0, needed - resident);
  const own = take(needed - transient.length);
  if (next > isa.registers) return undefined;
  // Constants that are used up to four times an output first, weights (used once) next.
  const homes = take(Math.min(2, isa.registers - next));
  const steps = plan.groupRows === 2 ? 0 : plan.steps.length;
  const weights = take(Math.min(steps * plan.across.taps * vectors, isa.registers - next));
  const others = take(isa.registers - next);
  return {
    ...{ accumulators, columns, temporaries, index, zero, weights },
    epilogue: [...transient, ...own, ...homes, ...others],
  };
}
