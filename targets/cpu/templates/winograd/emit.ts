import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  ecx,
  edx,
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
import { emitArgumentRegisters, emitArgumentVariables, emitFrame, emitRanges } from "../kernel-frame.ts";
import type { Emission, Variable } from "./frame.ts";
import { slot, variables } from "./frame.ts";
import { laneBits } from "./lane-mask.ts";
import { emitMultiply } from "./multiply.ts";
import { outputPointers } from "./output.ts";
import type { WinogradPlan } from "./plan.ts";

const savedRegisters: readonly Register[] = [rbx, rbp, r12, r13, r14, r15];

/** The parts that depend on what is computed in. */
export interface WinogradParts {
  /** Transforms the input tiles of a block into scratch memory. */
  readonly input: (emission: Emission) => void;
  /** Makes outputs of the sums of a block of tiles and one of output channels. */
  readonly output: (emission: Emission) => void;
}

/** Emits the whole kernel; `roles` are the names of its arguments in their order. */
export function emitWinograd(plan: WinogradPlan, roles: readonly string[], parts: WinogradParts): Assembler {
  const a = createAssembler();
  const emission: Emission = { a, plan };
  emitFrame(a, { saved: savedRegisters, stackBytes: variables.bytes }, () => {
    emitArguments(emission, roles);
    a.bind("tileBlock");
    emitBlockOfTiles(emission);
    parts.input(emission);
    emitChannelBlocks(emission, parts);
    a.emit("mov", rax, slot("tileBlock"));
    a.emit("add", rax, 1);
    a.emit("mov", slot("tileBlock"), rax);
    a.emit("cmp", rax, slot("tileBlocksEnd"));
    a.emit("jb", a.label("tileBlock"));
  });
  return a;
}

function emitArguments({ a, plan }: Emission, roles: readonly string[]): void {
  a.emit("mov", slot("scratch"), rcx);
  emitArgumentVariables(a, roles, variables, ["x", "y", "residual", "weights", "bias"]);
  if (plan.arithmetic.sumSteps !== undefined) {
    a.emit("mov", rax, slot("weights"));
    a.emit("add", rax, plan.weightsBytes);
    a.emit("mov", slot("scales"), rax);
  }
  emitArgumentRegisters(a, roles, { params: outputPointers.params, table: outputPointers.table });
  const tiles = ["tileBlock", "tileBlocksEnd", plan.tileBlocks] as const;
  const blocks = ["blocksBegin", "blocksEnd", plan.channelBlocks] as const;
  emitRanges(a, variables, [tiles, blocks], plan.point.parallel);
}

/** The place of the first tile of a block, and how many tiles it has. */
function emitBlockOfTiles({ a, plan }: Emission): void {
  a.emit("imul", rax, slot("tileBlock"), plan.block);
  a.emit("xor", edx, edx);
  a.emit("mov", ecx, plan.tileColumns);
  a.emit("div", ecx);
  a.emit("mov", slot("firstRow"), rax);
  a.emit("mov", slot("firstColumn"), rdx);
  a.emit("mov", rax, plan.block);
  if (plan.lastBlock !== plan.block) {
    a.emit("mov", rcx, plan.lastBlock);
    a.emit("cmp", slot("tileBlock"), plan.tileBlocks - 1);
    a.emit("cmove", rax, rcx);
  }
  a.emit("mov", slot("tiles"), rax);
}

/** Pointers that move with blocks of output channels: where they start and by how much they move. */
function blockPointers({ plan }: Emission): readonly (readonly [Variable, Variable, number])[] {
  const { workload, arithmetic, channels, weightsBlock } = plan;
  const blockChannels = channels.vectors * arithmetic.simd.lanes;
  const { y, residual } = arithmetic.elementBytes;
  return [
    ["weightsBlock", "weights", weightsBlock],
    ["yBlock", "y", y * blockChannels],
    ...(workload.epilogue.residual === undefined
      ? []
      : [["residualBlock", "residual", residual * blockChannels] as const]),
    ...(workload.bias ? [["biasBlock", "bias", 4 * blockChannels] as const] : []),
    ...(arithmetic.sumSteps === undefined ? [] : [["scalesBlock", "scales", 4 * blockChannels] as const]),
  ];
}

/** For each block of output channels: products of all points, then the output transform. */
function emitChannelBlocks(emission: Emission, parts: WinogradParts): void {
  const { a, plan } = emission;
  const { channels, workload } = plan;
  const { simd } = plan.arithmetic;
  a.emit("mov", rcx, slot("blocksBegin"));
  a.emit("mov", slot("block"), rcx);
  for (const [variable, base, bytes] of blockPointers(emission)) {
    a.emit("imul", rax, rcx, bytes);
    a.emit("add", rax, slot(base));
    a.emit("mov", slot(variable), rax);
  }
  a.bind("block");
  a.emit("mov", slot("vectors"), channels.vectors);
  emitLastMask(emission, simd.lanes);
  if (channels.full > 0) {
    if (channels.restVectors > 0) {
      a.emit("cmp", slot("block"), channels.full);
      a.emit("je", a.label("rest"));
    }
    emitProducts(emission, "full", channels.vectors);
  }
  if (channels.restVectors > 0) {
    if (channels.full > 0) a.emit("jmp", a.label("multiplied"));
    a.bind("rest");
    a.emit("mov", slot("vectors"), channels.restVectors);
    if (workload.outputs % simd.lanes > 0) emitLastMask(emission, workload.outputs % simd.lanes);
    emitProducts(emission, "rest", channels.restVectors);
  }
  a.bind("multiplied");
  parts.output(emission);
  for (const [variable, , bytes] of blockPointers(emission)) a.emit("add", slot(variable), bytes);
  a.emit("mov", rax, slot("block"));
  a.emit("add", rax, 1);
  a.emit("mov", slot("block"), rax);
  a.emit("cmp", rax, slot("blocksEnd"));
  a.emit("jb", a.label("block"));
}

/** Sets `lastMask` to the first lanes of a vector. */
function emitLastMask({ a, plan }: Emission, count: number): void {
  const bits = laneBits(plan.arithmetic.simd, count);
  if (typeof bits === "number") {
    a.emit("mov", slot("lastMask"), bits);
    return;
  }
  a.emit("mov", rax, bits);
  a.emit("mov", slot("lastMask"), rax);
}

/** The products of a whole block of tiles, or of the last. */
function emitProducts(emission: Emission, name: string, vectors: number): void {
  const { a, plan } = emission;
  if (plan.lastBlock === plan.block) {
    emitMultiply(emission, name, plan.block, vectors);
    return;
  }
  a.emit("cmp", slot("tiles"), plan.block);
  a.emit("jne", a.label(`${name}.last`));
  emitMultiply(emission, `${name}.whole`, plan.block, vectors);
  a.emit("jmp", a.label(`${name}.done`));
  a.bind(`${name}.last`);
  emitMultiply(emission, `${name}.lastBlock`, plan.lastBlock, vectors);
  a.bind(`${name}.done`);
}
