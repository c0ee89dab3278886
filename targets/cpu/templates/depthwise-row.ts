import type { Assembler, Memory, Register } from "../../../src/codegen/x86/index.ts";
import { k, mem } from "../../../src/codegen/x86/index.ts";
import type { EpilogueEmitter } from "./epilogue/emit-epilogue.ts";
import { createEpilogueEmitter } from "./epilogue/emit-epilogue.ts";
import type { AccumulatorGroup, Address } from "./epilogue/epilogue-context.ts";
import type { RowStep } from "./depthwise-geometry.ts";
import { inputRows } from "./depthwise-geometry.ts";
import { emitInterleave } from "./depthwise-interleave.ts";
import type { DepthwisePlan } from "./depthwise-plan.ts";
import { keeps, pendingOutputs } from "./depthwise-plan.ts";
import type { VectorUse } from "./depthwise-registers.ts";
import { keptColumns, rowRegisters, sharesPass, shareVectors } from "./depthwise-registers.ts";
import { indexBytes, weightVectorBytes } from "./depthwise-weights.ts";

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

interface Row extends RowPass {
  readonly assembler: Assembler;
  readonly plan: DepthwisePlan;
  readonly use: VectorUse;
  readonly epilogue: EpilogueEmitter;
  /** Rows of x and the steps of this pass. */
  readonly inputs: readonly number[];
  readonly steps: readonly RowStep[];
}

/** Bytes of an element of y. */
export function elementBytes({ workload }: Pick<DepthwisePlan, "workload">): 1 | 4 {
  return workload.epilogue.out === "u8" ? 1 : 4;
}

/** Emits a pass over all columns; pointers stand at its first column and block, `weights` at the argument's first byte. */
export function emitRowPass(assembler: Assembler, plan: DepthwisePlan, pass: RowPass, weights: Register): void {
  const { isa, workload, across, point } = plan;
  const use = shareVectors(plan, pass.vectors, pass.natural);
  if (use === undefined) throw new Error("too few vector registers for a point of depthwise");
  const epilogue = createEpilogueEmitter({
    ...{ isa, epilogue: workload.epilogue, order: pass.natural ? "natural" : "quad64" },
    registers: { ...rowRegisters, vectors: use.epilogue, masks: { store: k(1), lookup: k(2) } },
  });
  const steps = plan.steps.filter(({ output }) => output < pass.rows);
  const row: Row = {
    ...{ ...pass, assembler, plan, use, epilogue, steps },
    inputs: inputRows(workload.window, pass.rows),
  };
  if (use.index !== undefined) assembler.emit("vmovups", use.index, mem(weights));
  if (use.zero !== undefined) assembler.emit("vpxor", use.zero, use.zero, use.zero);
  use.weights.forEach((register, vector) => assembler.emit("vmovups", register, storedWeights(row, vector)));
  epilogue.load(assembler);
  const loops = Math.floor(across.columns / point.columns);
  if (loops <= 1) {
    emitBefore(row, across.columns);
    for (let output = 0; output < across.columns; output++) emitOutput(row, output, across.columns);
    return;
  }
  emitBefore(row, Infinity);
  assembler.emit("mov", rowRegisters.counter, loops);
  assembler.bind(`${pass.name}.columns`);
  for (let output = 0; output < point.columns; output++) emitOutput(row, output, Infinity);
  const advance = (register: Register, bytes: number): void => {
    if (bytes !== 0) assembler.emit("add", register, bytes);
  };
  advance(rowRegisters.x, point.columns * across.stride * across.unitBytes);
  advance(rowRegisters.y, point.columns * workload.y.pixel * elementBytes(plan));
  if (workload.epilogue.residual !== undefined)
    advance(rowRegisters.residual, point.columns * workload.epilogue.residual.pixel);
  assembler.emit("sub", rowRegisters.counter, 1);
  assembler.emit("jnz", assembler.label(`${pass.name}.columns`));
  const rest = across.columns % point.columns;
  for (let output = 0; output < rest; output++) emitOutput(row, output, rest);
}

/** Columns of x that the first output's window shares with the one before it: what an output finds in registers. */
function emitBefore(row: Row, limit: number): void {
  const { across, point } = row.plan;
  if (point.keep === keeps.nothing) return;
  for (let column = 0; column < across.span - across.stride; column++) emitColumn(row, column, limit);
}

/** One output of each row; outputs from `limit` on are not begun. */
function emitOutput(row: Row, output: number, limit: number): void {
  const { across, point } = row.plan;
  if (point.keep === keeps.nothing) {
    emitAlone(row, output);
    emitFinish(row, output, allRows(row));
    return;
  }
  const last = output * across.stride + across.span - 1;
  for (let column = Math.max(last - across.stride + 1, output * across.stride); column <= last; column++)
    emitColumn(row, column, limit);
  if (point.keep === keeps.sums) {
    emitFinish(row, output, allRows(row));
    return;
  }
  const together = sharesPass(row.plan, row.vectors) ? [allRows(row)] : allRows(row).map((index) => [index]);
  for (const rows of together) {
    for (const index of rows) emitBias(row, output, index);
    for (let tap = 0; tap < across.taps; tap++)
      emitDots(row, output, tap, output * across.stride + tap * across.dilation, rows);
    emitFinish(row, output, rows);
  }
}

function allRows({ rows }: Row): readonly number[] {
  return Array.from({ length: rows }, (_, index) => index);
}

/** Loads a column of x, unless no window has a tap there; kept sums take it at once. */
function emitColumn(row: Row, column: number, limit: number): void {
  const { across, groups, point } = row.plan;
  const reached = Array.from({ length: across.taps }, (_, tap) => (column - tap * across.dilation) / across.stride);
  if (!reached.some((output) => Number.isInteger(output))) return;
  for (let group = 0; group < groups; group++) emitGroup(row, group, column);
  if (point.keep !== keeps.sums) return;
  // The oldest output first: it is finished first.
  for (let tap = across.taps - 1; tap >= 0; tap--) {
    const output = reached[tap] as number;
    if (!Number.isInteger(output) || output < 0 || output >= limit) continue;
    if (tap === 0) for (const index of allRows(row)) emitBias(row, output, index);
    emitDots(row, output, tap, column, allRows(row));
  }
}

/** An output of each row on its own: each group of rows of each column is used up before the next is loaded. */
function emitAlone(row: Row, output: number): void {
  const { across, groups } = row.plan;
  for (const index of allRows(row)) emitBias(row, output, index);
  for (let tap = 0; tap < across.taps; tap++)
    for (let group = 0; group < groups; group++) {
      const column = output * across.stride + tap * across.dilation;
      emitGroup(row, group, column);
      emitDots(row, output, tap, column, allRows(row), group);
    }
}

/** Interleaves the rows of one group in one column; nothing where this pass has none. */
function emitGroup(row: Row, group: number, column: number): void {
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

function accumulatorOf(row: Row, output: number, index: number, vector: number): Register {
  const { plan, use, vectors } = row;
  const shared = sharesPass(plan, vectors);
  const place = (output % pendingOutputs(plan)) * (shared ? plan.point.rows : 1) + (shared ? index : 0);
  return use.accumulators[place * vectors + vector] as Register;
}

/** Sums begin with the bias; where bytes are widened it is added last. */
function emitBias(row: Row, output: number, index: number): void {
  const { assembler, plan, vectors } = row;
  if (plan.groupRows === 2) return;
  for (let vector = 0; vector < vectors; vector++)
    assembler.emit("vmovups", accumulatorOf(row, output, index, vector), storedBias(row, vector));
}

function storedBias({ plan }: Pick<Row, "plan">, vector: number): Memory {
  return mem(rowRegisters.bias, { disp: 4 * plan.isa.lanes * vector });
}

/** Place of a vector of weights in the block: `[step][tap][vector]`. */
function storedWeights({ plan }: Row, vector: number): Memory {
  return mem(rowRegisters.weights, { disp: indexBytes + vector * weightVectorBytes(plan) });
}

/** Adds one column's products to the sums of an output in the given rows, for all groups or for one. */
function emitDots(row: Row, output: number, tap: number, column: number, rows: readonly number[], only?: number): void {
  const { assembler, plan, use, vectors } = row;
  row.steps.forEach((step, index) => {
    if (!rows.includes(step.output) || (only !== undefined && step.group !== only)) return;
    const begins = tap === 0 && row.steps[index - 1]?.output !== step.output;
    for (let vector = 0; vector < vectors; vector++) {
      const sum = accumulatorOf(row, output, step.output, vector);
      const bytes = columnRegister(row, column, step.group, vector);
      const place = (index * plan.across.taps + tap) * vectors + vector;
      if (plan.groupRows === 2) emitWideDot(row, sum, bytes, storedWeights(row, place), begins);
      else assembler.emit("vpdpbusd", sum, bytes, use.weights[place] ?? storedWeights(row, place));
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
function emitWideSums(row: Row, sums: readonly Register[]): void {
  sums.forEach((sum, index) => {
    row.assembler.emit("vpsrad", sum, sum, 8);
    row.assembler.emit("vpaddd", sum, sum, storedBias(row, index % row.vectors));
  });
}

/** From the sums of an output in the given rows to y: up to four accumulators at a time. */
function emitFinish(row: Row, output: number, rows: readonly number[]): void {
  const { assembler, plan, vectors, epilogue } = row;
  const { lanes } = plan.isa;
  const together = Math.max(1, Math.floor(4 / vectors));
  const groups: AccumulatorGroup[] = [];
  for (let first = 0; first < rows.length; first += together) {
    const members = rows.slice(first, first + together);
    const all = members.flatMap((index) => Array.from({ length: vectors }, (_, vector) => ({ index, vector })));
    groups.push({
      accumulators: all.map(({ index, vector }) => accumulatorOf(row, output, index, vector)),
      multipliers: all.map(({ vector }) => ({ base: rowRegisters.multiplier, displacement: 4 * lanes * vector })),
      segments: members.map((index, member) => ({
        first: member * vectors,
        channels: row.channels,
        ...placesOf(plan, output, index),
      })),
    });
  }
  if (plan.groupRows === 2) for (const { accumulators } of groups) emitWideSums(row, accumulators);
  epilogue.finish(assembler, groups);
}

function placesOf(plan: DepthwisePlan, output: number, row: number): { y: Address; residual: Address | undefined } {
  const { y, epilogue } = plan.workload;
  const { residual } = epilogue;
  return {
    y: { base: rowRegisters.y, displacement: elementBytes(plan) * (row * y.row + output * y.pixel) },
    residual:
      residual === undefined
        ? undefined
        : { base: rowRegisters.residual, displacement: row * residual.row + output * residual.pixel },
  };
}
