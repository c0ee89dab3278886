import type { Register } from "../../../../src/codegen/x86/index.ts";
import { mem, rax, rdx } from "../../../../src/codegen/x86/index.ts";
import type { Strides } from "../../workload.ts";
import type { Emission } from "./frame.ts";
import { tileRegisters } from "./frame.ts";
import type { Tile, TileChannels } from "./tile.ts";
import { createTile, elementBytes } from "./tile.ts";
import { blockBytes } from "./weights.ts";
import { recordInstructions } from "../interleave.ts";

/** Emits all tiles of a sweep for one channel block; `name` is a stem for labels. */
export function emitUnits(emission: Emission, name: string, channels: TileChannels): void {
  const { assembler, plan, at } = emission;
  const { geometry } = plan;
  assembler.emit("mov", tileRegisters.tile, at("xSweep"));
  assembler.emit("mov", tileRegisters.y, at("ySweep"));
  if (geometry.residual !== undefined) assembler.emit("mov", tileRegisters.residual, at("residualSweep"));
  if (plan.prefetchLines > 0) {
    assembler.emit("lea", rax, mem(tileRegisters.block, { disp: blockBytes(plan, channels.vectors) }));
    assembler.emit("mov", at("ahead"), rax);
  }
  if (plan.flat) emitFlatUnits(emission, name, channels);
  else emitRows(emission, name, channels);
}

/** Tiles of one row: first those of full width, as far as they lie in the sweep, then the narrow ones. */
function emitFlatUnits(emission: Emission, name: string, channels: TileChannels): void {
  const { assembler, plan, at } = emission;
  const { wide, narrow, width } = plan.tiles;
  const run = (label: string, tile: number): void => {
    assembler.emit("mov", at("tile"), rdx);
    emitRun(emission, createTile(assembler, plan, tileRegisters, tile, channels), label, undefined);
  };
  if (narrow === 0) {
    assembler.emit("mov", rdx, at("sweepEnd"));
    assembler.emit("sub", rdx, at("sweepBegin"));
    run(`${name}.wide`, width);
    return;
  }
  assembler.emit("mov", rdx, at("sweepEnd"));
  assembler.emit("mov", rax, wide);
  assembler.emit("cmp", rdx, rax);
  assembler.emit("cmova", rdx, rax);
  assembler.emit("sub", rdx, at("sweepBegin"));
  assembler.emit("jle", assembler.label(`${name}.noWide`));
  run(`${name}.wide`, width);
  assembler.bind(`${name}.noWide`);
  assembler.emit("mov", rax, at("sweepBegin"));
  assembler.emit("mov", rdx, wide);
  assembler.emit("cmp", rax, rdx);
  assembler.emit("cmovb", rax, rdx);
  assembler.emit("mov", rdx, at("sweepEnd"));
  assembler.emit("sub", rdx, rax);
  assembler.emit("jle", assembler.label(`${name}.noNarrow`));
  run(`${name}.narrow`, width - 1);
  assembler.bind(`${name}.noNarrow`);
}

function emitRows(emission: Emission, name: string, channels: TileChannels): void {
  const { assembler, plan, at } = emission;
  const { tiles, point, geometry } = plan;
  assembler.emit("mov", rax, at("sweepBegin"));
  assembler.emit("mov", at("unit"), rax);
  assembler.bind(`${name}.unit`);
  for (const [count, width] of [
    [tiles.wide, tiles.width],
    [tiles.narrow, tiles.width - 1],
  ] as const) {
    if (count === 0) continue;
    if (count > 1) assembler.emit("mov", at("tile"), count);
    emitRun(emission, createTile(assembler, plan, tileRegisters, width, channels), `${name}.${width}`, count);
  }
  advanceInput(emission, point.tileRows, -geometry.columns);
  advanceOutput(emission, point.tileRows, -geometry.columns);
  assembler.emit("add", at("unit"), 1);
  assembler.emit("mov", rax, at("unit"));
  assembler.emit("cmp", rax, at("sweepEnd"));
  assembler.emit("jb", assembler.label(`${name}.unit`));
}

/** Neighbouring tiles of one width: `count` of them, or the variable `tile` (at least 1) where that is undefined. */
function emitRun(emission: Emission, tile: Tile, label: string, count: number | undefined): void {
  const { assembler, plan, at } = emission;
  const emitSums = (filler?: Parameters<Tile["sums"]>[0]): void => {
    if (plan.prefetchLines > 0) {
      assembler.emit("mov", tileRegisters.ahead, at("ahead"));
      assembler.emit("add", at("ahead"), 64 * plan.prefetchLines);
    }
    tile.sums(filler);
    advanceInput(emission, 0, tile.width);
  };
  const emitLoopEnd = (): void => {
    assembler.emit("sub", at("tile"), 1);
    assembler.emit("jnz", assembler.label(label));
  };
  if (plan.point.overlap === 0 || count === 1) {
    if (count !== 1) assembler.bind(label);
    emitSums();
    tile.load();
    tile.handOver();
    tile.epilogue(assembler);
    advanceOutput(emission, 0, tile.width);
    if (count !== 1) emitLoopEnd();
    return;
  }
  tile.load();
  emitSums();
  tile.handOver();
  assembler.emit("sub", at("tile"), 1);
  assembler.emit("jz", assembler.label(`${label}.last`));
  assembler.bind(label);
  emitSums(recordInstructions((sink) => tile.epilogue(sink)));
  tile.handOver();
  advanceOutput(emission, 0, tile.width);
  emitLoopEnd();
  assembler.bind(`${label}.last`);
  tile.epilogue(assembler);
  advanceOutput(emission, 0, tile.width);
}

function advanceInput(emission: Emission, rows: number, columns: number): void {
  advance(emission, tileRegisters.tile, emission.plan.geometry.x, rows, columns, 1);
}

/** The pointers that only the epilogue uses: where tiles overlap they follow one tile behind. */
function advanceOutput(emission: Emission, rows: number, columns: number): void {
  const { y, residual } = emission.plan.geometry;
  advance(emission, tileRegisters.y, y, rows, columns, elementBytes(emission.plan));
  if (residual !== undefined) advance(emission, tileRegisters.residual, residual, rows, columns, 1);
}

function advance(
  { assembler }: Emission,
  register: Register,
  { row, pixel }: Strides,
  rows: number,
  columns: number,
  size: number,
): void {
  const bytes = size * (rows * row + columns * pixel);
  if (bytes !== 0) assembler.emit("add", register, bytes);
}
