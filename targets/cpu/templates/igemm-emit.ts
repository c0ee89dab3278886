import type { Assembler, Memory, Register } from "../../../src/codegen/x86/index.ts";
import {
  createAssembler,
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
  rsp,
} from "../../../src/codegen/x86/index.ts";
import type { IgemmPlan } from "./igemm-plan.ts";
import { blockCount } from "./igemm-plan.ts";
import type { TileChannels, TileRegisters } from "./igemm-tile.ts";
import { elementBytes, emitTile } from "./igemm-tile.ts";
import { blockBytes } from "./igemm-weights.ts";

const tileRegisters: TileRegisters = {
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
};

const savedRegisters = [rbx, rbp, r12, r13, r14, r15];

/** Variables of the outer loops, eight bytes each on the stack. */
const variables = [
  "x",
  "y",
  "residual",
  "weights",
  "bias",
  "multiplier",
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
type Variable = (typeof variables)[number];

interface Emission {
  readonly assembler: Assembler;
  readonly plan: IgemmPlan;
  at(variable: Variable): Memory;
}

/** Emits the whole kernel; `roles` are the names of its arguments in their order. */
export function emitIgemm(plan: IgemmPlan, roles: readonly string[]): Assembler {
  const assembler = createAssembler();
  const emission: Emission = {
    assembler,
    plan,
    at: (variable) => mem(rsp, { disp: 8 * variables.indexOf(variable), bits: 64 }),
  };
  for (const register of savedRegisters) assembler.emit("push", register);
  assembler.emit("sub", rsp, 8 * variables.length);
  emitArguments(emission, roles);
  emitSweeps(emission);
  assembler.emit("add", rsp, 8 * variables.length);
  for (const register of [...savedRegisters].reverse()) assembler.emit("pop", register);
  assembler.emit("vzeroupper");
  assembler.emit("ret");
  return assembler;
}

function emitArguments({ assembler, plan, at }: Emission, roles: readonly string[]): void {
  const argument = (role: string): Memory => mem(rdi, { disp: 8 * roles.indexOf(role) });
  for (const role of ["x", "y", "residual", "weights", "bias", "multiplier"] as const) {
    if (!roles.includes(role)) continue;
    assembler.emit("mov", rax, argument(role));
    assembler.emit("mov", at(role), rax);
  }
  const [begin, end, other] =
    plan.point.parallel === 0
      ? (["sweepBegin", "unitsEnd", ["blocksBegin", "blocksEnd", blockCount(plan)]] as const)
      : (["blocksBegin", "blocksEnd", ["sweepBegin", "unitsEnd", plan.units]] as const);
  assembler.emit("mov", at(begin), rsi);
  assembler.emit("mov", at(end), rdx);
  assembler.emit("mov", at(other[0]), 0);
  assembler.emit("mov", at(other[1]), other[2]);
  if (roles.includes("params")) assembler.emit("mov", tileRegisters.params, argument("params"));
  if (roles.includes("table")) assembler.emit("mov", tileRegisters.table, argument("table"));
}

/** Sweeps over units: all of them, or `unitBlock` at a time; in each, all channel blocks. */
function emitSweeps(emission: Emission): void {
  const { assembler, plan, at } = emission;
  const { unitBlock } = plan.point;
  assembler.emit("mov", rax, at("sweepBegin"));
  assembler.bind("sweep");
  assembler.emit("mov", rdx, at("unitsEnd"));
  if (unitBlock > 0) {
    assembler.emit("lea", rcx, mem(rax, { disp: unitBlock }));
    assembler.emit("cmp", rcx, rdx);
    assembler.emit("cmovb", rdx, rcx);
  }
  assembler.emit("mov", at("sweepEnd"), rdx);
  emitSweepPointers(emission);
  emitBlocks(emission);
  if (unitBlock === 0) return;
  assembler.emit("mov", rax, at("sweepEnd"));
  assembler.emit("mov", at("sweepBegin"), rax);
  assembler.emit("cmp", rax, at("unitsEnd"));
  assembler.emit("jb", assembler.label("sweep"));
}

/** Pointers of the first unit (in rax) and the first block. */
function emitSweepPointers({ assembler, plan, at }: Emission): void {
  const { geometry, tiles, flat, point, blocks, isa, workload } = plan;
  if (flat) {
    // Tiles after the wide ones are one pixel narrower.
    assembler.emit("imul", rcx, rax, tiles.width);
    assembler.emit("sub", rax, tiles.wide);
    assembler.emit("mov", rdx, 0);
    assembler.emit("cmovl", rax, rdx);
    assembler.emit("sub", rcx, rax);
  } else assembler.emit("imul", rcx, rax, point.tileRows);
  const size = elementBytes(plan);
  const distance = flat ? "pixel" : "row";
  const start = (variable: Variable, base: Variable, stride: number, block: number): void => {
    assembler.emit("imul", rax, rcx, stride);
    assembler.emit("add", rax, at(base));
    if (block > 0 && point.parallel === 1) {
      assembler.emit("imul", rdx, at("blocksBegin"), block);
      assembler.emit("add", rax, rdx);
    }
    assembler.emit("mov", at(variable), rax);
  };
  const channels = blocks.vectors * isa.lanes;
  start("xSweep", "x", geometry.x[distance], 0);
  start("ySweep", "y", size * geometry.y[distance], size * channels);
  if (geometry.residual !== undefined) start("residualSweep", "residual", geometry.residual[distance], channels);
  assembler.emit("mov", rcx, at("blocksBegin"));
  assembler.emit("mov", at("block"), rcx);
  const constant = (register: Register, base: Variable, bytes: number): void => {
    assembler.emit("imul", register, rcx, bytes);
    assembler.emit("add", register, at(base));
  };
  constant(tileRegisters.block, "weights", blockBytes(plan, blocks.vectors));
  constant(tileRegisters.bias, "bias", 4 * channels);
  if (workload.epilogue.out !== "s32") constant(tileRegisters.multiplier, "multiplier", 4 * channels);
}

function emitBlocks(emission: Emission): void {
  const { assembler, plan, at } = emission;
  const { blocks, isa, workload } = plan;
  const channels = blocks.vectors * isa.lanes;
  if (blocks.full > 0) {
    assembler.bind("block");
    assembler.emit("mov", rax, at("block"));
    assembler.emit("cmp", rax, at("blocksEnd"));
    assembler.emit("jae", assembler.label("blocksDone"));
    if (blocks.restVectors > 0) {
      assembler.emit("cmp", rax, blocks.full);
      assembler.emit("jae", assembler.label("rest"));
    }
    emitUnits(emission, "full", { vectors: blocks.vectors, channels });
    assembler.emit("add", tileRegisters.block, blockBytes(plan, blocks.vectors));
    assembler.emit("add", tileRegisters.bias, 4 * channels);
    if (workload.epilogue.out !== "s32") assembler.emit("add", tileRegisters.multiplier, 4 * channels);
    assembler.emit("add", at("ySweep"), elementBytes(plan) * channels);
    if (plan.geometry.residual !== undefined) assembler.emit("add", at("residualSweep"), channels);
    assembler.emit("add", at("block"), 1);
    assembler.emit("jmp", assembler.label("block"));
  }
  if (blocks.restVectors > 0) {
    assembler.bind("rest");
    emitUnits(emission, "rest", { vectors: blocks.restVectors, channels: blocks.restChannels });
  }
  assembler.bind("blocksDone");
}

/** All tiles of a sweep for one channel block. */
function emitUnits({ assembler, plan, at }: Emission, name: string, channels: TileChannels): void {
  const { flat, tiles, geometry, point } = plan;
  const size = elementBytes(plan);
  const advance = (rows: number, columns: number): void => {
    const step = ({ row, pixel }: { row: number; pixel: number }): number => rows * row + columns * pixel;
    emitAdd(assembler, tileRegisters.tile, step(geometry.x));
    emitAdd(assembler, tileRegisters.y, size * step(geometry.y));
    if (geometry.residual !== undefined) emitAdd(assembler, tileRegisters.residual, step(geometry.residual));
  };
  const tile = (width: number): void => {
    if (plan.prefetchLines > 0) {
      assembler.emit("mov", tileRegisters.ahead, at("ahead"));
      assembler.emit("add", at("ahead"), 64 * plan.prefetchLines);
    }
    emitTile(assembler, plan, tileRegisters, width, channels);
    advance(0, width);
  };
  assembler.emit("mov", tileRegisters.tile, at("xSweep"));
  assembler.emit("mov", tileRegisters.y, at("ySweep"));
  if (geometry.residual !== undefined) assembler.emit("mov", tileRegisters.residual, at("residualSweep"));
  if (plan.prefetchLines > 0) {
    assembler.emit("lea", rax, mem(tileRegisters.block, { disp: blockBytes(plan, channels.vectors) }));
    assembler.emit("mov", at("ahead"), rax);
  }
  assembler.emit("mov", rax, at("sweepBegin"));
  assembler.emit("mov", at("unit"), rax);
  assembler.bind(`${name}.unit`);
  if (flat) {
    if (tiles.narrow > 0) {
      assembler.emit("cmp", rax, tiles.wide);
      assembler.emit("jae", assembler.label(`${name}.narrow`));
    }
    tile(tiles.width);
    if (tiles.narrow > 0) {
      assembler.emit("jmp", assembler.label(`${name}.next`));
      assembler.bind(`${name}.narrow`);
      tile(tiles.width - 1);
      assembler.bind(`${name}.next`);
    }
  } else {
    emitRepeated(assembler, at("tile"), tiles.wide, `${name}.wide`, () => tile(tiles.width));
    emitRepeated(assembler, at("tile"), tiles.narrow, `${name}.narrow`, () => tile(tiles.width - 1));
    advance(point.tileRows, -geometry.columns);
  }
  assembler.emit("mov", rax, at("unit"));
  assembler.emit("add", rax, 1);
  assembler.emit("mov", at("unit"), rax);
  assembler.emit("cmp", rax, at("sweepEnd"));
  assembler.emit("jb", assembler.label(`${name}.unit`));
}

function emitAdd(assembler: Assembler, register: Register, bytes: number): void {
  if (bytes !== 0) assembler.emit("add", register, bytes);
}

function emitRepeated(assembler: Assembler, counter: Memory, count: number, label: string, body: () => void): void {
  if (count === 0) return;
  if (count > 1) {
    assembler.emit("mov", counter, count);
    assembler.bind(label);
  }
  body();
  if (count > 1) {
    assembler.emit("sub", counter, 1);
    assembler.emit("jnz", assembler.label(label));
  }
}
