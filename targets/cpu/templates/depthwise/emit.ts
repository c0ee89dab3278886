import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { createAssembler, r12, r13, r14, r15, rax, rbp, rbx, rdx } from "../../../../src/codegen/x86/index.ts";
import type { DepthwisePlan } from "./plan.ts";
import { channelBlockCount, passCount } from "./plan.ts";
import { rowRegisters } from "./registers.ts";
import { elementBytes, emitRowPass } from "./row.ts";
import type { RowPass } from "./sums.ts";
import { depthwiseBlockBytes } from "./weights.ts";
import {
  emitArgumentRegisters,
  emitArgumentVariables,
  emitFrame,
  emitRanges,
  stackVariables,
} from "../kernel-frame.ts";

const savedRegisters = [rbx, rbp, r12, r13, r14, r15];

/** Current pass and block. */
const loopRegisters = { pass: rbx, block: rbp } as const;
type Loop = keyof typeof loopRegisters;

/** Variables of the loops. */
const variables = stackVariables([
  ...(["x", "y", "residual", "weights", "bias", "multiplier"] as const),
  ...(["passBegin", "passEnd", "blockBegin", "blockEnd"] as const),
]);
type Variable = Parameters<typeof variables.at>[0];

interface Emission {
  readonly assembler: Assembler;
  readonly plan: DepthwisePlan;
  at(variable: Variable): Memory;
}

/** Emits the whole kernel; `roles` are the names of its arguments in their order. */
export function emitDepthwise(plan: DepthwisePlan, roles: readonly string[]): Assembler {
  const assembler = createAssembler();
  const emission: Emission = { assembler, plan, at: variables.at };
  const [outer, inner] = plan.point.order === 0 ? (["block", "pass"] as const) : (["pass", "block"] as const);
  emitFrame(assembler, { saved: savedRegisters, stackBytes: variables.bytes }, () => {
    emitArguments(emission, roles);
    emitLoop(emission, outer, () => {
      emitLoop(emission, inner, () => emitTile(emission));
    });
  });
  return assembler;
}

function emitArguments({ assembler, plan }: Emission, roles: readonly string[]): void {
  emitArgumentVariables(assembler, roles, variables, ["x", "y", "residual", "weights", "bias", "multiplier"]);
  const passes = ["passBegin", "passEnd", passCount(plan)] as const;
  const blocks = ["blockBegin", "blockEnd", channelBlockCount(plan)] as const;
  emitRanges(assembler, variables, [passes, blocks], plan.point.parallel);
  emitArgumentRegisters(assembler, roles, { params: rowRegisters.params, table: rowRegisters.table });
}

function emitLoop({ assembler, at }: Emission, loop: Loop, body: () => void): void {
  const register = loopRegisters[loop];
  assembler.emit("mov", register, at(`${loop}Begin`));
  assembler.bind(loop);
  body();
  assembler.emit("add", register, 1);
  assembler.emit("cmp", register, at(`${loop}End`));
  assembler.emit("jb", assembler.label(loop));
}

/** One pass of one block: code of its own for the last of each, where less is left. */
function emitTile(emission: Emission): void {
  const { assembler, plan } = emission;
  const { blocks, passes, point, order, isa } = plan;
  emitPointers(emission);
  const passKinds = [
    { rows: point.rows, from: 0, count: passes.full },
    { rows: passes.rest, from: passes.full, count: passes.rest > 0 ? 1 : 0 },
  ].filter(({ count }) => count > 0);
  const blockKinds = [
    { vectors: blocks.vectors, channels: blocks.vectors * isa.lanes, from: 0, count: blocks.full },
    {
      vectors: blocks.restVectors,
      channels: blocks.restChannels,
      from: blocks.full,
      count: Number(blocks.restVectors > 0),
    },
  ].filter(({ count }) => count > 0);
  const kinds = blockKinds.flatMap((block) => passKinds.map((pass) => ({ block, pass })));
  kinds.forEach(({ block, pass }, index) => {
    const natural = order === "natural" || block.from > 0 || blocks.full === 0;
    const name = `tile${index}`;
    const next = `tile${index + 1}`;
    if (index > 0) assembler.bind(name);
    // Kinds stand in the order of their numbers: what is not of this kind is of a later one.
    if (blockKinds.length > 1 && block.from === 0) {
      assembler.emit("cmp", loopRegisters.block, blocks.full);
      assembler.emit("jae", assembler.label(pass.from === 0 ? `tile${passKinds.length}` : next));
    }
    if (passKinds.length > 1 && pass.from === 0) {
      assembler.emit("cmp", loopRegisters.pass, passes.full);
      assembler.emit("jae", assembler.label(next));
    }
    const rowPass: RowPass = { rows: pass.rows, vectors: block.vectors, channels: block.channels, natural, name };
    emitRowPass(assembler, plan, rowPass, rax);
    if (index < kinds.length - 1) assembler.emit("jmp", assembler.label("tileDone"));
  });
  if (kinds.length > 1) assembler.bind("tileDone");
}

/** Pointers of the current pass and block; rax: the argument `weights`. */
function emitPointers({ assembler, plan, at }: Emission): void {
  const { workload, point, blocks, isa } = plan;
  const channels = blocks.vectors * isa.lanes;
  const size = elementBytes(plan);
  const { residual, out } = workload.epilogue;
  const place = (register: Register, base: Variable, rowBytes: number, blockBytes: number): void => {
    assembler.emit("imul", register, loopRegisters.pass, point.rows * rowBytes);
    assembler.emit("imul", rdx, loopRegisters.block, blockBytes);
    assembler.emit("add", register, at(base));
    assembler.emit("add", register, rdx);
  };
  const constant = (register: Register, base: Variable, bytes: number): void => {
    assembler.emit("imul", register, loopRegisters.block, bytes);
    assembler.emit("add", register, at(base));
  };
  place(rowRegisters.x, "x", workload.window.stride[0] * workload.x.row, channels);
  place(rowRegisters.y, "y", size * workload.y.row, size * channels);
  if (residual !== undefined) place(rowRegisters.residual, "residual", residual.row, channels);
  constant(rowRegisters.weights, "weights", depthwiseBlockBytes(plan, blocks.vectors));
  constant(rowRegisters.bias, "bias", 4 * channels);
  if (out !== "s32") constant(rowRegisters.multiplier, "multiplier", 4 * channels);
  assembler.emit("mov", rax, at("weights"));
}
