import type { Kernel } from "../../../src/codegen/index.ts";
import type { Assembler } from "../../../src/codegen/x86/index.ts";
import { createAssembler, mem, rax, rcx, rdi, rdx } from "../../../src/codegen/x86/index.ts";
import type { DeviceFingerprint, KernelCase } from "../../../src/schedule/index.ts";
import { finishKernel } from "../templates/bytes/finish-kernel.ts";
import type { CoreFigureName } from "../templates/core-figures.ts";
import type { VectorIsa } from "../templates/epilogue/vector-isa.ts";
import { requireVectorIsa } from "../templates/epilogue/vector-isa.ts";
import type { CalibrationTask } from "./trials.ts";

/** What bounds a layer that no cache holds, and ranks no kernels: bytes read from memory, and bytes stored to it. */
export const memoryFigureNames = ["memory", "stores"] as const;

/** Whatever a micro-kernel measures. */
export type MicroFigureName = CoreFigureName | (typeof memoryFigureNames)[number];

/** A kernel that keeps one part of the core busy, and how much it does in a call: instructions, or bytes. */
export interface MicroKernel {
  readonly kernel: Kernel;
  readonly work: number;
}

/** Independent chains: more than the latency of an instruction times how many begin in a cycle. */
const chains = 12;

/** Turns of a loop of arithmetic: some microseconds. */
const turns = 1000;

/** Bytes that stay in the first cache of any x86-64 CPU that has AVX2, and how often they are read. */
const firstCache = { bytes: 16 << 10, passes: 32 };

/** Bytes that stand for the second and third cache: at least, where their sizes are not known, and at most. */
const leastBytes = 64 << 10;
const mostBytes = 4 << 20;

/** Bytes that no cache holds: so many times the third one, within bounds. */
const uncached = { l3s: 4, least: 64 << 20, most: 256 << 20 };

/** The kernel of a figure, for the instruction set of a device. */
export function microKernel(figure: MicroFigureName, device: DeviceFingerprint): MicroKernel {
  const isa = requireVectorIsa(device);
  switch (figure) {
    case "dots":
      return arithmetic(figure, isa, chains, (a, at) => emitDot(a, isa, at));
    case "latency":
      return arithmetic(figure, isa, 1, (a, at) => emitDot(a, isa, at));
    case "fmas":
      return arithmetic(figure, isa, chains, (a, at) =>
        a.emit("vfmadd231ps", isa.vector(at), isa.vector(chains), isa.vector(chains + 1)),
      );
    case "loads":
      return stream(figure, isa, firstCache.bytes, firstCache.passes);
    case "l2":
      return stream(figure, isa, streamed((device.l2KiB * 1024) / 2), 1);
    case "l3":
      return stream(figure, isa, streamed(3 * device.l2KiB * 1024), 1);
    case "memory":
      return stream(figure, isa, uncachedBytes(device), 1);
    case "stores":
      return storing(figure, isa, uncachedBytes(device));
  }
}

/** A micro-kernel to be timed. What is read holds what the timer fills buffers with: pages that nobody wrote to are one. */
export function microTask(figure: MicroFigureName, device: DeviceFingerprint): CalibrationTask {
  const kernelCase: KernelCase = {
    kernel: microKernel(figure, device).kernel,
    correctness: "exact",
    buffers: {},
    parameters: { numbers: {}, tables: {} },
    constants: {},
    expected: () => undefined,
  };
  return { name: figure, kernelCase };
}

/** A product of bytes that adds to a register: plain AVX2 has none, and multiplies into it instead. */
function emitDot(a: Assembler, isa: VectorIsa, at: number): void {
  const [left, right] = [isa.vector(chains), isa.vector(chains + 1)];
  if (isa.name === "avx2") a.emit("vpmaddubsw", isa.vector(at), isa.vector(at), right);
  else a.emit(isa.dot, isa.vector(at), left, right);
}

function arithmetic(
  figure: MicroFigureName,
  isa: VectorIsa,
  registers: number,
  emit: (a: Assembler, register: number) => void,
): MicroKernel {
  const a = createAssembler();
  for (let i = 0; i < chains + 2; i++) a.emit("vxorps", isa.vector(i), isa.vector(i), isa.vector(i));
  a.emit("mov", rcx, turns);
  a.align(32);
  a.bind("turn");
  for (let i = 0; i < chains; i++) emit(a, i % registers);
  a.emit("dec", rcx);
  a.emit("jne", a.label("turn"));
  a.emit("mov", rdx, mem(rdi));
  return { kernel: finish(a, figure, isa, []), work: turns * chains };
}

/** Reads `bytes` in order, `passes` times. */
function stream(figure: MicroFigureName, isa: VectorIsa, bytes: number, passes: number): MicroKernel {
  const vector = 4 * isa.lanes;
  const block = 8 * vector;
  const a = createAssembler();
  a.emit("mov", rcx, passes);
  a.bind("pass");
  a.emit("mov", rax, mem(rdi));
  a.emit("mov", rdx, bytes / block);
  a.align(32);
  a.bind("block");
  for (let i = 0; i < 8; i++) a.emit("vmovups", isa.vector(i), mem(rax, { disp: i * vector }));
  a.emit("add", rax, block);
  a.emit("dec", rdx);
  a.emit("jne", a.label("block"));
  a.emit("dec", rcx);
  a.emit("jne", a.label("pass"));
  a.emit("mov", rdx, mem(rdi, { disp: 8 }));
  return { kernel: finish(a, figure, isa, [bytes]), work: bytes * passes };
}

/** Writes `bytes` in order, zeros, as kernels do: with plain stores, for which the caches first read what they replace. */
function storing(figure: MicroFigureName, isa: VectorIsa, bytes: number): MicroKernel {
  const vector = 4 * isa.lanes;
  const block = 8 * vector;
  const a = createAssembler();
  a.emit("vxorps", isa.vector(0), isa.vector(0), isa.vector(0));
  a.emit("mov", rdx, mem(rdi));
  a.emit("mov", rcx, bytes / block);
  a.align(32);
  a.bind("block");
  for (let i = 0; i < 8; i++) a.emit("vmovups", mem(rdx, { disp: i * vector }), isa.vector(0));
  a.emit("add", rdx, block);
  a.emit("dec", rcx);
  a.emit("jne", a.label("block"));
  a.emit("mov", rdx, mem(rdi));
  return { kernel: finish(a, figure, isa, [], bytes), work: bytes };
}

/** Writes the first register to the output at rdx. */
function finish(
  a: Assembler,
  figure: MicroFigureName,
  isa: VectorIsa,
  reads: readonly number[],
  written = 4 * isa.lanes,
): Kernel {
  a.emit("vmovups", mem(rdx), isa.vector(0));
  a.emit("vzeroupper");
  a.emit("ret");
  return finishKernel(a, {
    name: `calibrate ${figure}`,
    arguments: [
      ...reads.map((bytes) => ({ name: "x", bytes, access: "read" as const, alignment: 64 })),
      { name: "y", bytes: written, access: "write", alignment: 64 },
    ],
    extent: 1,
    grain: 1,
  });
}

function streamed(bytes: number): number {
  return Math.floor(Math.min(mostBytes, Math.max(leastBytes, bytes)) / 4096) * 4096;
}

function uncachedBytes({ l3KiB }: DeviceFingerprint): number {
  return Math.min(uncached.most, Math.max(uncached.least, uncached.l3s * l3KiB * 1024));
}
