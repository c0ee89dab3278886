import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { EpilogueEmitter } from "../epilogue/emit-epilogue.ts";
import type { RowStep } from "./geometry.ts";
import { emitInterleave } from "./interleave.ts";
import type { DepthwisePlan } from "./plan.ts";
import { keeps, pendingOutputs } from "./plan.ts";
import type { VectorUse } from "./registers.ts";
import { keptColumns, rowRegisters, sharesPass } from "./registers.ts";
import { indexBytes, weightVectorBytes } from "./weights.ts";

/** One pass over rows of y for one block of channels. */
export interface RowPass {
  /** Rows of y: those of the point, or fewer in the last pass. */
  readonly rows: number;
  readonly vectors: number;
  readonly channels: number;
  /** Natural order of channels. */
  readonly natural: boolean;
  /** Stem of labels. */
  readonly name: string;
}

/** A pass with all that its code is emitted with. */
export interface Row extends RowPass {
  readonly assembler: Assembler;
  readonly plan: DepthwisePlan;
  readonly use: VectorUse;
  readonly epilogue: EpilogueEmitter;
  /** Rows of x and the steps of this pass. */
  readonly inputs: readonly number[];
  readonly steps: readonly RowStep[];
}

/** Interleaves the rows of one group in one column; nothing where this pass has none. */
export function emitGroup(row: Row, group: number, column: number): void {
  const { assembler, plan, inputs, use, vectors } = row;
  const { groupRows, workload, across } = plan;
  const rows = inputs
    .slice(group * groupRows, (group + 1) * groupRows)
    .map((input): Memory => mem(rowRegisters.x, { disp: input * workload.x.row + column * across.unitBytes }));
  const targets = Array.from({ length: vectors }, (_, vector) => columnRegister(row, column, group, vector));
  if (rows.length > 0) emitInterleave(assembler, rows, targets, use);
}

function columnRegister({ plan, use, vectors }: Row, column: number, group: number, vector: number): Register {
  const { groups, point } = plan;
  const place = point.keep === keeps.nothing ? 0 : (column % keptColumns(plan)) * groups + group;
  return use.columns[place * vectors + vector] as Register;
}

/** The register of a sum. */
export function accumulatorOf(row: Row, output: number, index: number, vector: number): Register {
  const { plan, use, vectors } = row;
  const shared = sharesPass(plan, vectors);
  const place = (output % pendingOutputs(plan)) * (shared ? plan.point.rows : 1) + (shared ? index : 0);
  return use.accumulators[place * vectors + vector] as Register;
}

/** Sums begin with the bias; where bytes are widened it is added last. */
export function emitBias(row: Row, output: number, index: number): void {
  const { assembler, plan, vectors } = row;
  if (plan.groupRows === 2) return;
  for (let vector = 0; vector < vectors; vector++)
    assembler.emit("vmovups", accumulatorOf(row, output, index, vector), storedBias(row, vector));
}

function storedBias({ plan }: Pick<Row, "plan">, vector: number): Memory {
  return mem(rowRegisters.bias, { disp: 4 * plan.isa.lanes * vector });
}

/** Place of a vector of weights in the block: `[step][tap][vector]`. */
export function storedWeights({ plan }: Row, vector: number): Memory {
  return mem(rowRegisters.weights, { disp: indexBytes + vector * weightVectorBytes(plan) });
}

/** Adds one column's products to the sums of an output in the given rows, for all groups or for one. */
export function emitDots(
  row: Row,
  output: number,
  tap: number,
  column: number,
  rows: readonly number[],
  only?: number,
): void {
  const { assembler, plan, use, vectors } = row;
  row.steps.forEach((step, index) => {
    if (!rows.includes(step.output) || (only !== undefined && step.group !== only)) return;
    const begins = tap === 0 && row.steps[index - 1]?.output !== step.output;
    for (let vector = 0; vector < vectors; vector++) {
      const sum = accumulatorOf(row, output, step.output, vector);
      const bytes = columnRegister(row, column, step.group, vector);
      const place = (index * plan.across.taps + tap) * vectors + vector;
      if (plan.groupRows === 2) emitWideDot(row, sum, bytes, storedWeights(row, place), begins);
      else assembler.emit(plan.isa.dot, sum, bytes, use.weights[place] ?? storedWeights(row, place));
    }
  });
}

/** Sum of 16-bit products, 256 times too large as weights are upper bytes: `vpmaddubsw` would saturate. */
function emitWideDot({ assembler, use }: Row, sum: Register, words: Register, weights: Memory, begins: boolean): void {
  const [product] = use.temporaries;
  assembler.emit("vpmaddwd", begins ? sum : product, words, weights);
  if (!begins) assembler.emit("vpaddd", sum, sum, product);
}

/** Brings sums of 16-bit products to their size and adds the bias. */
export function emitWideSums(row: Row, sums: readonly Register[]): void {
  sums.forEach((sum, index) => {
    row.assembler.emit("vpsrad", sum, sum, 8);
    row.assembler.emit("vpaddd", sum, sum, storedBias(row, index % row.vectors));
  });
}
