import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  k,
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
  rdx,
  rsi,
} from "../../../../../src/codegen/x86/index.ts";
import { argumentPointer, emitArgumentRegisters, emitFrame, stackVariables } from "../../kernel-frame.ts";
import { emitAdvance, emitLaneMask, registerCount, vectorBytes } from "../vectors.ts";
import { storedBytes } from "../arguments.ts";
import type { Strides } from "../../../workload.ts";
import type { WindowPlan } from "./plan.ts";

/** A tensor whose pointer moves with the tiles. */
interface Tensor {
  readonly role: "x" | "y" | "residual";
  readonly tile: Register;
  readonly vector: Register;
  /** Bytes of an element, between neighbouring output pixels, and between rows of tiles. */
  readonly elementBytes: 4 | 2;
  readonly pixel: number;
  readonly row: number;
}

/** Pointers of a vector of channels of a tile: x, y, the residual, and what the operation moves along with them. */
export const pointers = { x: rax, y: rbx, residual: rbp, own: [r12, r13], params: r15 } as const;

/** What a tile is emitted with. */
export interface TileContext {
  readonly a: Assembler;
  readonly plan: WindowPlan;
  /** Output pixels of the tile in a row. */
  readonly width: number;
  /** Lanes that exist; all when undefined. */
  readonly mask: Register | undefined;
  /** Vector registers that the tile may use. */
  readonly registers: readonly Register[];
}

/** What is done with the elements under a window. */
export interface WindowOperation {
  /** Sets pointers that stand for the whole kernel; rdi has the arguments. */
  prepare(a: Assembler): void;
  /** Sets own pointers for the first channel of a block (its number is in rax). */
  beginBlock(a: Assembler): void;
  /** Sets own pointers for the first vector of channels of a tile; may use rcx. */
  beginTile(a: Assembler): void;
  /** Moves own pointers to the next vector. */
  nextVector(a: Assembler): void;
  /** Moves own pointers over `width` pixels, and from the end of a row of tiles to the next. */
  nextTile(a: Assembler, width: number): void;
  nextRow(a: Assembler): void;
  tile(context: TileContext): void;
}

const savedRegisters: readonly Register[] = [rbx, rbp, r12, r13, r14, r15];

/** Variables: the blocks that are left, the bytes before a block's first channel, the range, and two of the operation. */
export const variables = stackVariables(["block", "channel", "begin", "count", "own0", "own1"]);
const { at } = variables;

const tailMask = k(1);

/** Emits the whole kernel; `roles` are the names of its arguments in their order. */
export function emitWindow(plan: WindowPlan, operation: WindowOperation, roles: readonly string[]): Assembler {
  const a = createAssembler();
  const { simd, blocks, blockVectors, lastVectors, restChannels } = plan;
  emitFrame(a, { saved: savedRegisters, stackBytes: variables.bytes }, () => {
    a.emit("mov", at("begin"), rsi);
    a.emit("sub", rdx, rsi);
    a.emit("mov", at("count"), rdx);
    a.emit("mov", at("channel"), 0);
    emitArgumentRegisters(a, roles, { params: pointers.params });
    operation.prepare(a);
    if (restChannels > 0 && simd.name === "avx512") emitLaneMask(a, simd, tailMask, restChannels);
    if (blocks > 0) {
      a.emit("mov", at("block"), blocks);
      a.bind("block");
      emitBlock(a, plan, operation, roles, { name: "full", vectors: blockVectors, rest: 0 });
      a.emit("add", at("channel"), blockVectors * vectorBytes(simd));
      a.emit("sub", at("block"), 1);
      a.emit("jnz", a.label("block"));
    }
    emitBlock(a, plan, operation, roles, { name: "last", vectors: lastVectors, rest: restChannels });
  });
  return a;
}

/** Whole vectors of channels, and channels beyond them. */
interface Block {
  readonly name: string;
  readonly vectors: number;
  readonly rest: number;
}

function tensorsOf({ workload, point }: WindowPlan): readonly Tensor[] {
  const { x, y, residual, window, out } = workload;
  const { tileRows } = point;
  const moving = (tensor: Pick<Tensor, "role" | "tile" | "elementBytes">, { row, pixel }: Strides): Tensor => ({
    ...tensor,
    vector: pointers[tensor.role],
    pixel: tensor.elementBytes * pixel,
    row: tensor.elementBytes * tileRows * row,
  });
  const read = { row: window.stride[0] * x.row, pixel: window.stride[1] * x.pixel };
  return [
    moving({ role: "x", tile: r8, elementBytes: 4 }, read),
    moving({ role: "y", tile: r9, elementBytes: storedBytes(out) }, y),
    ...(residual === undefined ? [] : [moving({ role: "residual", tile: r10, elementBytes: 4 }, residual)]),
  ];
}

/** All rows of the range for a block of channels. */
function emitBlock(
  a: Assembler,
  plan: WindowPlan,
  operation: WindowOperation,
  roles: readonly string[],
  block: Block,
): void {
  const { tiles, workload } = plan;
  const tensors = tensorsOf(plan);
  for (const { role, tile, row, elementBytes } of tensors) {
    a.emit("imul", tile, at("begin"), row);
    a.emit("add", tile, argumentPointer(roles, role));
    if (elementBytes === 4) a.emit("add", tile, at("channel"));
    else {
      a.emit("mov", rcx, at("channel"));
      a.emit("shr", rcx, 1);
      a.emit("add", tile, rcx);
    }
  }
  operation.beginBlock(a);
  a.emit("mov", r11, at("count"));
  a.bind(`${block.name}.row`);
  const tile = (width: number): void => {
    emitTile(a, plan, operation, tensors, width, block);
    for (const tensor of tensors) emitAdvance(a, tensor.tile, width * tensor.pixel);
    operation.nextTile(a, width);
  };
  const repeated = (count: number, width: number): void => {
    if (count === 0) return;
    const top = a.freshLabel(`${block.name}.tiles`);
    if (count > 1) a.emit("mov", rdx, count);
    a.bind(top);
    tile(width);
    if (count === 1) return;
    a.emit("sub", rdx, 1);
    a.emit("jnz", top);
  };
  repeated(tiles.wide, tiles.width);
  repeated(tiles.narrow, tiles.width - 1);
  for (const tensor of tensors) emitAdvance(a, tensor.tile, tensor.row - workload.columns * tensor.pixel);
  operation.nextRow(a);
  a.emit("sub", r11, 1);
  a.emit("jnz", a.label(`${block.name}.row`));
}

/** All vectors of a block for one tile. */
function emitTile(
  a: Assembler,
  plan: WindowPlan,
  operation: WindowOperation,
  tensors: readonly Tensor[],
  width: number,
  { vectors, rest }: Block,
): void {
  const { simd } = plan;
  const registers = Array.from({ length: registerCount(simd) }, (_, index) => simd.vector(index));
  for (const { tile, vector } of tensors) a.emit("mov", vector, tile);
  operation.beginTile(a);
  if (vectors > 0) {
    const top = a.freshLabel("vectors");
    if (vectors > 1) a.emit("mov", rcx, vectors);
    a.bind(top);
    operation.tile({ a, plan, width, mask: undefined, registers });
    if (vectors > 1 || rest > 0) {
      for (const { vector, elementBytes } of tensors) a.emit("add", vector, elementBytes * simd.lanes);
      operation.nextVector(a);
    }
    if (vectors > 1) {
      a.emit("sub", rcx, 1);
      a.emit("jnz", top);
    }
  }
  if (rest === 0) return;
  if (simd.name === "avx512") {
    operation.tile({ a, plan, width, mask: tailMask, registers });
    return;
  }
  const mask = registers.at(-1) as Register;
  emitLaneMask(a, simd, mask, rest, r14);
  operation.tile({ a, plan, width, mask, registers: registers.slice(0, -1) });
}

/** The element of a tensor for an output pixel of a tile. */
export function outputElement(
  base: Register,
  { row, pixel }: Strides,
  at: readonly [number, number],
  elementBytes: 4 | 2 = 4,
): Memory {
  return mem(base, { disp: elementBytes * (at[0] * row + at[1] * pixel) });
}
