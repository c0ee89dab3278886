import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { k, mem } from "../../../../src/codegen/x86/index.ts";
import { createEpilogueEmitter } from "../epilogue/emit-epilogue.ts";
import type { AccumulatorGroup, Address } from "../epilogue/epilogue-context.ts";
import { inputRows } from "./geometry.ts";
import type { DepthwisePlan } from "./plan.ts";
import { keeps } from "./plan.ts";
import { rowRegisters, sharesPass, shareVectors } from "./registers.ts";
import type { Row, RowPass } from "./sums.ts";
import { accumulatorOf, emitBias, emitDots, emitGroup, emitWideSums, storedWeights } from "./sums.ts";

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
