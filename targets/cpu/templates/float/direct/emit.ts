import type { Assembler, Register } from "../../../../../src/codegen/x86/index.ts";
import { createAssembler, mem, r12, r13, r15, rax, rbp, rbx, rcx, rdx } from "../../../../../src/codegen/x86/index.ts";
import {
  argumentPointer,
  emitArgumentRegisters,
  emitArgumentVariables,
  emitFrame,
  emitRanges,
} from "../../kernel-frame.ts";
import type { FloatEpilogueEmitter } from "../epilogue.ts";
import { emitAdvance, emitLaneMask, vectorBytes } from "../vectors.ts";
import { gatheredLanes } from "./gather.ts";
import type { DirectPlan } from "./plan.ts";
import { blockBytes } from "./plan.ts";
import type { Variable } from "./registers.ts";
import { gatherMask, pointers, running, slot, tailMask, variables } from "./registers.ts";
import type { TileChannels } from "./tile.ts";
import { emitTile } from "./tile.ts";
import { sliceBytes } from "./weights.ts";

const savedRegisters: readonly Register[] = [rbx, rbp, r12, r13, r15];

interface Emission {
  readonly a: Assembler;
  readonly plan: DirectPlan;
  readonly epilogue: FloatEpilogueEmitter;
}

/** Emits the whole kernel; `roles` are the names of its arguments in their order. */
export function emitDirect(plan: DirectPlan, epilogue: FloatEpilogueEmitter, roles: readonly string[]): Assembler {
  const a = createAssembler();
  const emission: Emission = { a, plan, epilogue };
  emitFrame(a, { saved: savedRegisters, stackBytes: variables.bytes }, () => {
    emitArguments(emission, roles);
    emitSweeps(emission);
  });
  return a;
}

function emitArguments({ a, plan }: Emission, roles: readonly string[]): void {
  emitArgumentVariables(a, roles, variables, ["x", "y", "residual", "weights", "bias"]);
  emitArgumentRegisters(a, roles, { params: pointers.params });
  const units = ["sweepBegin", "unitsEnd", plan.units] as const;
  const blocks = ["blocksBegin", "blocksEnd", plan.blockCount] as const;
  const slices = ["slicesBegin", "slicesEnd", plan.workload.slices] as const;
  emitRanges(a, variables, isSliced(plan) ? [units, slices, blocks] : [units, blocks], plan.point.parallel);
  if (roles.includes("gather")) {
    a.emit("mov", rax, argumentPointer(roles, "gather"));
    emitGatherRegisters(a, plan);
  }
}

function isSliced({ workload }: DirectPlan): boolean {
  return workload.slices > 1;
}

/** Loads what {@link gatherArgument} holds, at rax. */
function emitGatherRegisters(a: Assembler, { simd, registers, workload }: DirectPlan): void {
  a.emit("vmovups", simd.vector(registers), mem(rax));
  if (simd.name === "avx512") emitLaneMask(a, simd, gatherMask, gatheredLanes(workload));
  else a.emit("vmovups", simd.vector(registers + 1), mem(rax, { disp: vectorBytes(simd) }));
}

/** Sweeps over units: all of them, or `unitBlock` at a time; in each, all channel blocks. */
function emitSweeps(emission: Emission): void {
  const { a, plan } = emission;
  const { unitBlock } = plan.point;
  a.bind("sweep");
  a.emit("mov", rax, slot("sweepBegin"));
  a.emit("mov", rdx, slot("unitsEnd"));
  if (unitBlock > 0) {
    a.emit("lea", rcx, mem(rax, { disp: unitBlock }));
    a.emit("cmp", rcx, rdx);
    a.emit("cmovb", rdx, rcx);
  }
  a.emit("mov", slot("sweepEnd"), rdx);
  emitSweepPointers(emission);
  emitSlices(emission);
  if (unitBlock === 0) return;
  a.emit("mov", rax, slot("sweepEnd"));
  a.emit("mov", slot("sweepBegin"), rax);
  a.emit("cmp", rax, slot("unitsEnd"));
  a.emit("jb", a.label("sweep"));
}

/** Pointers of the first unit (in rax) and the first block. */
function emitSweepPointers({ a, plan }: Emission): void {
  const { geometry, elementBytes, tiles, flat, point, blocks, simd, workload } = plan;
  if (flat) {
    // Tiles after the wide ones are one pixel narrower.
    a.emit("imul", rcx, rax, tiles.width);
    a.emit("xor", rdx, rdx);
    a.emit("sub", rax, tiles.wide);
    a.emit("cmovl", rax, rdx);
    a.emit("sub", rcx, rax);
  } else a.emit("imul", rcx, rax, point.tileRows);
  const distance = flat ? "pixel" : "row";
  const shared = isSliced(plan) ? "slicesBegin" : "blocksBegin";
  const start = (variable: Variable, base: Variable, bytes: number, share: number): void => {
    a.emit("imul", rax, rcx, bytes);
    a.emit("add", rax, slot(base));
    if (share > 0 && point.parallel === 1) {
      a.emit("imul", rdx, slot(shared), share);
      a.emit("add", rax, rdx);
    }
    a.emit("mov", slot(variable), rax);
  };
  const channels = isSliced(plan) ? workload.outputs : blocks.vectors * simd.lanes;
  const { y, residual } = elementBytes;
  start("xSweep", "x", 4 * geometry.x[distance], isSliced(plan) ? 4 * workload.sliceInputs : 0);
  start("ySweep", "y", y * geometry.y[distance], y * channels);
  if (geometry.residual !== undefined)
    start("residualSweep", "residual", residual * geometry.residual[distance], residual * channels);
  a.emit("mov", rcx, slot(shared));
  a.emit("mov", slot(isSliced(plan) ? "slice" : "block"), rcx);
  const constant = (register: Register, base: Variable, bytes: number): void => {
    a.emit("imul", register, rcx, bytes);
    a.emit("add", register, slot(base));
  };
  constant(pointers.weights, "weights", isSliced(plan) ? sliceBytes(plan) : blockBytes(plan, blocks.vectors));
  if (workload.bias) constant(pointers.bias, "bias", 4 * channels);
}

/** All channel blocks of each slice of channels. */
function emitSlices(emission: Emission): void {
  const { a, plan } = emission;
  if (!isSliced(plan)) {
    emitBlocks(emission);
    return;
  }
  const { blocks, workload, geometry, elementBytes } = plan;
  a.bind("slice");
  a.emit("mov", slot("block"), 0);
  emitBlocks(emission);
  // Full blocks have moved the pointers over themselves.
  if (blocks.restVectors > 0) {
    a.emit("add", pointers.weights, blockBytes(plan, blocks.restVectors));
    if (workload.bias) a.emit("add", pointers.bias, 4 * blocks.restChannels);
    a.emit("add", slot("ySweep"), elementBytes.y * blocks.restChannels);
    if (geometry.residual !== undefined)
      a.emit("add", slot("residualSweep"), elementBytes.residual * blocks.restChannels);
  }
  a.emit("add", slot("xSweep"), 4 * workload.sliceInputs);
  a.emit("mov", rax, slot("slice"));
  a.emit("add", rax, 1);
  a.emit("mov", slot("slice"), rax);
  a.emit("cmp", rax, slot("slicesEnd"));
  a.emit("jb", a.label("slice"));
}

function emitBlocks(emission: Emission): void {
  const { a, plan } = emission;
  const { blocks, simd, workload, geometry, elementBytes } = plan;
  const channels = blocks.vectors * simd.lanes;
  if (blocks.full > 0) {
    a.bind("block");
    a.emit("mov", rax, slot("block"));
    a.emit("cmp", rax, slot("blocksEnd"));
    a.emit("jae", a.label("blocksDone"));
    if (blocks.restVectors > 0) {
      a.emit("cmp", rax, blocks.full);
      a.emit("jae", a.label("rest"));
    }
    emitUnits(emission, "full", { vectors: blocks.vectors, channels });
    a.emit("add", pointers.weights, blockBytes(plan, blocks.vectors));
    if (workload.bias) a.emit("add", pointers.bias, 4 * channels);
    a.emit("add", slot("ySweep"), elementBytes.y * channels);
    if (geometry.residual !== undefined) a.emit("add", slot("residualSweep"), elementBytes.residual * channels);
    a.emit("add", slot("block"), 1);
    a.emit("jmp", a.label("block"));
  }
  if (blocks.restVectors > 0) {
    a.bind("rest");
    const rest = blocks.restChannels % simd.lanes;
    if (rest > 0 && simd.name === "avx512") emitLaneMask(a, simd, tailMask, rest);
    emitUnits(emission, "rest", { vectors: blocks.restVectors, channels: blocks.restChannels });
  }
  a.bind("blocksDone");
}

/** All tiles of a sweep for one channel block. */
function emitUnits({ a, plan, epilogue }: Emission, name: string, channels: TileChannels): void {
  const { flat, tiles, geometry, elementBytes, point } = plan;
  const advance = (rows: number, columns: number): void => {
    const step = ({ row, pixel }: { row: number; pixel: number }): number => rows * row + columns * pixel;
    emitAdvance(a, pointers.x, 4 * step(geometry.x));
    emitAdvance(a, pointers.y, elementBytes.y * step(geometry.y));
    if (geometry.residual !== undefined)
      emitAdvance(a, pointers.residual, elementBytes.residual * step(geometry.residual));
  };
  const tile = (width: number): void => {
    if (plan.prefetchLines > 0) {
      a.emit("mov", running.ahead, slot("ahead"));
      a.emit("add", slot("ahead"), 64 * plan.prefetchLines);
    }
    emitTile(a, plan, epilogue, width, channels);
    advance(0, width);
  };
  a.emit("mov", pointers.x, slot("xSweep"));
  a.emit("mov", pointers.y, slot("ySweep"));
  if (geometry.residual !== undefined) a.emit("mov", pointers.residual, slot("residualSweep"));
  if (plan.prefetchLines > 0) {
    a.emit("lea", rax, mem(pointers.weights, { disp: blockBytes(plan, channels.vectors) }));
    a.emit("mov", slot("ahead"), rax);
  }
  a.emit("mov", rax, slot("sweepBegin"));
  a.emit("mov", slot("unit"), rax);
  a.bind(`${name}.unit`);
  if (flat) {
    if (tiles.narrow > 0) {
      a.emit("cmp", rax, tiles.wide);
      a.emit("jae", a.label(`${name}.narrow`));
    }
    tile(tiles.width);
    if (tiles.narrow > 0) {
      a.emit("jmp", a.label(`${name}.next`));
      a.bind(`${name}.narrow`);
      tile(tiles.width - 1);
      a.bind(`${name}.next`);
    }
  } else {
    emitRepeated(a, tiles.wide, `${name}.wide`, () => tile(tiles.width));
    emitRepeated(a, tiles.narrow, `${name}.narrow`, () => tile(tiles.width - 1));
    advance(point.tileRows, -geometry.columns);
  }
  a.emit("mov", rax, slot("unit"));
  a.emit("add", rax, 1);
  a.emit("mov", slot("unit"), rax);
  a.emit("cmp", rax, slot("sweepEnd"));
  a.emit("jb", a.label(`${name}.unit`));
}

function emitRepeated(a: Assembler, count: number, label: string, body: () => void): void {
  if (count === 0) return;
  if (count > 1) {
    a.emit("mov", slot("tile"), count);
    a.bind(label);
  }
  body();
  if (count > 1) {
    a.emit("sub", slot("tile"), 1);
    a.emit("jnz", a.label(label));
  }
}
