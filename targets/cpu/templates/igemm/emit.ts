import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  mem,
  r12,
  r13,
  r14,
  r15,
  rax,
  rbp,
  rbx,
  rcx,
  rdx,
} from "../../../../src/codegen/x86/index.ts";
import type { Emission, Variable } from "./frame.ts";
import { tileRegisters, variables } from "./frame.ts";
import type { IgemmPlan } from "./plan.ts";
import { blockCount } from "./plan.ts";
import { elementBytes, shuffleRegister } from "./tile.ts";
import { emitUnits } from "./units.ts";
import { blockBytes, sliceBytes } from "./weights.ts";
import {
  argumentPointer,
  emitArgumentRegisters,
  emitArgumentVariables,
  emitFrame,
  emitRanges,
} from "../kernel-frame.ts";

const savedRegisters = [rbx, rbp, r12, r13, r14, r15];

/** Emits the whole kernel; `roles` are the names of its arguments in their order. */
export function emitIgemm(plan: IgemmPlan, roles: readonly string[]): Assembler {
  const assembler = createAssembler();
  const emission: Emission = { assembler, plan, at: variables.at };
  emitFrame(assembler, { saved: savedRegisters, stackBytes: variables.bytes }, () => {
    emitArguments(emission, roles);
    emitSweeps(emission);
  });
  return assembler;
}

function emitArguments({ assembler, plan }: Emission, roles: readonly string[]): void {
  emitArgumentVariables(assembler, roles, variables, ["x", "y", "residual", "weights", "bias", "multiplier"]);
  const units = ["sweepBegin", "unitsEnd", plan.units] as const;
  const blocks = ["blocksBegin", "blocksEnd", blockCount(plan)] as const;
  const slices = ["slicesBegin", "slicesEnd", plan.workload.slices] as const;
  emitRanges(assembler, variables, isSliced(plan) ? [units, slices, blocks] : [units, blocks], plan.point.parallel);
  if (roles.includes("shuffle")) {
    assembler.emit("mov", rax, argumentPointer(roles, "shuffle"));
    assembler.emit("vmovups", shuffleRegister(plan), mem(rax));
  }
  emitArgumentRegisters(assembler, roles, { params: tileRegisters.params, table: tileRegisters.table });
}

function isSliced({ workload }: IgemmPlan): boolean {
  return workload.slices > 1;
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
  emitSlices(emission);
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
  const shared = isSliced(plan) ? "slicesBegin" : "blocksBegin";
  const start = (variable: Variable, base: Variable, stride: number, share: number): void => {
    assembler.emit("imul", rax, rcx, stride);
    assembler.emit("add", rax, at(base));
    if (share > 0 && point.parallel === 1) {
      assembler.emit("imul", rdx, at(shared), share);
      assembler.emit("add", rax, rdx);
    }
    assembler.emit("mov", at(variable), rax);
  };
  const channels = isSliced(plan) ? workload.outputs : blocks.vectors * isa.lanes;
  start("xSweep", "x", geometry.x[distance], isSliced(plan) ? workload.sliceInputs : 0);
  start("ySweep", "y", size * geometry.y[distance], size * channels);
  if (geometry.residual !== undefined) start("residualSweep", "residual", geometry.residual[distance], channels);
  assembler.emit("mov", rcx, at(shared));
  assembler.emit("mov", at(isSliced(plan) ? "slice" : "block"), rcx);
  const constant = (register: Register, base: Variable, bytes: number): void => {
    assembler.emit("imul", register, rcx, bytes);
    assembler.emit("add", register, at(base));
  };
  constant(tileRegisters.block, "weights", isSliced(plan) ? sliceBytes(plan) : blockBytes(plan, blocks.vectors));
  constant(tileRegisters.bias, "bias", 4 * channels);
  if (workload.epilogue.out !== "s32") constant(tileRegisters.multiplier, "multiplier", 4 * channels);
}

/** All channel blocks of each slice of channels. */
function emitSlices(emission: Emission): void {
  const { assembler, plan, at } = emission;
  if (!isSliced(plan)) {
    emitBlocks(emission);
    return;
  }
  const { blocks, workload, geometry } = plan;
  assembler.bind("slice");
  assembler.emit("mov", at("block"), 0);
  emitBlocks(emission);
  // Full blocks have moved the pointers over themselves.
  if (blocks.restVectors > 0) {
    assembler.emit("add", tileRegisters.block, blockBytes(plan, blocks.restVectors));
    assembler.emit("add", tileRegisters.bias, 4 * blocks.restChannels);
    if (workload.epilogue.out !== "s32") assembler.emit("add", tileRegisters.multiplier, 4 * blocks.restChannels);
    assembler.emit("add", at("ySweep"), elementBytes(plan) * blocks.restChannels);
    if (geometry.residual !== undefined) assembler.emit("add", at("residualSweep"), blocks.restChannels);
  }
  assembler.emit("add", at("xSweep"), workload.sliceInputs);
  assembler.emit("mov", rax, at("slice"));
  assembler.emit("add", rax, 1);
  assembler.emit("mov", at("slice"), rax);
  assembler.emit("cmp", rax, at("slicesEnd"));
  assembler.emit("jb", assembler.label("slice"));
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
