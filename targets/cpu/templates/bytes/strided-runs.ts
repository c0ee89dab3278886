import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { cl, k, mem, r8, r9, r10, r11, rax, rcx, rdi, rdx, rsi } from "../../../../src/codegen/x86/index.ts";
import type { Strides } from "../../workload.ts";
import type { Simd } from "./simd.ts";

/** A channels-last tensor that an elementwise kernel walks over. */
export interface StridedOperand {
  /** Index among the kernel's arguments. */
  readonly argument: number;
  readonly elementBytes: 1 | 2 | 4;
  readonly strides: Strides;
}

/** Extents of the tensors walked over. */
export interface Extents {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** Consecutive elements that the body of an elementwise kernel computes at once. */
export interface Block {
  /**
   * `full`: every lane of `groups` registers. `masked` (AVX-512): mask k1 has a bit an element; {@link groupMask} gives
   * those of a group. `single` (AVX2): one element. rcx is free.
   */
  readonly kind: "full" | "masked" | "single";
  /** Registers of 32-bit elements. */
  readonly groups: number;
  /** Where group `group` of operand `operand` stands. */
  at(operand: number, group?: number): Memory;
}

/** An elementwise kernel. */
export interface StridedRuns {
  readonly extents: Extents;
  readonly operands: readonly StridedOperand[];
  /** Emitted once the pointers are loaded: rdi still has the arguments, and is free from then on; so are rax and rcx. */
  prepare(): void;
  /** Emitted for each kind of block. */
  body(block: Block): void;
}

const pointers: readonly Register[] = [r8, r9, r10];

/** How a block of so many elements, at most four groups, is computed. */
export function blockKind(simd: Simd, elements: number): Pick<Block, "kind" | "groups"> {
  const groups = Math.ceil(elements / simd.lanes);
  const isWhole = elements % simd.lanes === 0 && groups !== 3;
  return { kind: isWhole ? "full" : simd.name === "avx512" ? "masked" : "single", groups };
}

/** Mask register of the elements of one group of a `masked` block. */
export function groupMask(group: number): ReturnType<typeof k> {
  return k(1 + group);
}

/**
 * Emits the loops of an elementwise kernel from `args` (rdi) and the range of rows (rsi, rdx) on, up to the return.
 * Tensors that are contiguous are walked as one run of elements. Uses rax, rcx, rdx, rsi, r8 to r11 and k1 to k4; touches exactly
 * the elements named. `rdi` is left to `prepare`.
 */
export function emitStridedRuns(a: Assembler, simd: Simd, loops: StridedRuns): void {
  const { extents, operands, body } = loops;
  if (operands.length > pointers.length) throw new Error("an elementwise kernel walks over three tensors at most");
  const shape = merged(extents, operands);
  const walk: Walk = { a, simd, operands, body };
  for (const [i, operand] of operands.entries()) {
    const pointer = pointers[i] as Register;
    a.emit("mov", pointer, mem(rdi, { disp: 8 * operand.argument }));
    if (operand.strides.row === 0) continue;
    a.emit("imul", rax, rsi, operand.strides.row * operand.elementBytes);
    a.emit("add", pointer, rax);
  }
  loops.prepare();
  if (shape.kind === "one run") {
    a.emit("sub", rdx, rsi);
    a.emit("imul", rdx, rdx, shape.rowElements);
    emitRun(walk, "rdx");
  } else emitRows(walk, extents.rows, shape.columns, shape.channels);
  a.emit("vzeroupper");
  a.emit("ret");
}

interface Walk {
  readonly a: Assembler;
  readonly simd: Simd;
  readonly operands: readonly StridedOperand[];
  readonly body: (block: Block) => void;
}

type Shape =
  | { readonly kind: "one run"; readonly rowElements: number }
  | { readonly kind: "rows"; readonly columns: number; readonly channels: number };

/** Columns, then rows, joined into one run where all tensors are contiguous over them. */
function merged({ rows, columns, channels }: Extents, operands: readonly StridedOperand[]): Shape {
  const joinsColumns = columns === 1 || operands.every(({ strides }) => strides.pixel === channels);
  if (!joinsColumns) return { kind: "rows", columns, channels };
  const rowElements = columns * channels;
  const joinsRows = rows === 1 || operands.every(({ strides }) => strides.row === rowElements);
  return joinsRows ? { kind: "one run", rowElements } : { kind: "rows", columns: 1, channels: rowElements };
}

function emitRows(walk: Walk, rows: number, columns: number, channels: number): void {
  const { a, operands } = walk;
  const blockElements = 4 * walk.simd.lanes;
  if (walk.simd.name === "avx512" && channels % blockElements > 0) {
    a.emit("mov", rax, (1n << BigInt(channels % blockElements)) - 1n);
    emitMasks(a, rax, Math.ceil((channels % blockElements) / 16));
  }
  a.emit("cmp", rsi, rdx);
  a.emit("jae", a.label("done"));
  a.bind("row");
  if (columns > 1) {
    a.emit("mov", r11, columns);
    a.bind("pixel");
  }
  emitRun(walk, channels);
  if (columns > 1) {
    for (const [i, { strides, elementBytes }] of operands.entries())
      emitAdvance(a, pointers[i] as Register, strides.pixel * elementBytes);
    a.emit("dec", r11);
    a.emit("jnz", a.label("pixel"));
  }
  if (rows > 1)
    for (const [i, { strides, elementBytes }] of operands.entries())
      emitAdvance(
        a,
        pointers[i] as Register,
        (strides.row - (columns > 1 ? columns * strides.pixel : 0)) * elementBytes,
      );
  a.emit("inc", rsi);
  a.emit("cmp", rsi, rdx);
  a.emit("jb", a.label("row"));
  a.bind("done");
}

function emitAdvance(a: Assembler, pointer: Register, bytes: number): void {
  if (bytes !== 0) a.emit("add", pointer, bytes);
}

/** Emits k1 from the low 64 bits of `bits`, k2 to k4 from what follows 16, 32, 48 bits further on; the register is lost. */
export function emitMasks(a: Assembler, bits: Register, groups: number): void {
  for (let group = 0; group < groups; group++) {
    if (group > 0) a.emit("shr", bits, 16);
    a.emit("kmovq", groupMask(group), bits);
  }
}

/** One run of a known number of elements, or of as many as rdx holds; emitted once a kernel. */
function emitRun(walk: Walk, length: number | "rdx"): void {
  const { a, simd } = walk;
  const blockElements = 4 * simd.lanes;
  const steps = simd.name === "avx512" ? [blockElements] : [blockElements, simd.lanes, 1];
  if (length === "rdx") {
    a.emit("xor", rax, rax);
    for (const step of steps) emitLoop(walk, step);
    if (simd.name === "avx512") emitRest(walk);
    return;
  }
  let done = 0;
  const unrolled = simd.name === "avx512" && length <= 2 * blockElements;
  if (!unrolled) a.emit("xor", rax, rax);
  for (const step of steps) {
    const end = done + Math.floor((length - done) / step) * step;
    if (unrolled) for (; done < end; done += step) emitPart(walk, step, done);
    else if (done < end) {
      a.bind(`run${step}`);
      emitPart(walk, step);
      a.emit("add", rax, step);
      a.emit("cmp", rax, end);
      a.emit("jb", a.label(`run${step}`));
    }
    done = end;
  }
  if (done < length) emitPart(walk, length - done, unrolled ? done : undefined);
}

/** Blocks of `step` elements while rdx has as many left; rax is the element reached. */
function emitLoop(walk: Walk, step: number): void {
  const { a } = walk;
  const compare = (jump: "ja" | "jbe", target: string): void => {
    a.emit("lea", rcx, mem(rax, { disp: step }));
    a.emit("cmp", rcx, rdx);
    a.emit(jump, a.label(target));
  };
  compare("ja", `next${step}`);
  a.bind(`run${step}`);
  emitPart(walk, step);
  a.emit("add", rax, step);
  compare("jbe", `run${step}`);
  a.bind(`next${step}`);
}

/** The elements from rax to rdx, fewer than a block, with masks made of their number. */
function emitRest(walk: Walk): void {
  const { a, simd } = walk;
  a.emit("mov", rcx, rdx);
  a.emit("sub", rcx, rax);
  a.emit("jz", a.label("end"));
  a.emit("mov", rdx, -1);
  a.emit("shl", rdx, cl);
  a.emit("not", rdx);
  emitMasks(a, rdx, 4);
  emitPart(walk, 4 * simd.lanes - 1);
  a.bind("end");
}

/** Calls the body for `elements` elements at the element `from`, or at rax. */
function emitPart({ simd, operands, body }: Walk, elements: number, from?: number): void {
  body({
    ...blockKind(simd, elements),
    at: (operand, group = 0) => {
      const { elementBytes } = operands[operand] as StridedOperand;
      const disp = ((from ?? 0) + group * simd.lanes) * elementBytes;
      const pointer = pointers[operand] as Register;
      return mem(pointer, from === undefined ? { index: rax, scale: elementBytes, disp } : { disp });
    },
  });
}
