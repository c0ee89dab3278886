import fc from "fast-check";
import { expect, test } from "vitest";
import type { Kernel } from "../../../src/codegen/index.ts";
import {
  type Assembler,
  createAssembler,
  encode,
  listing,
  mem,
  r10,
  r11,
  r8,
  r9,
  rax,
  rbx,
  rcx,
  rdi,
  rdx,
  requiredFeatures,
  rsi,
  zmm,
} from "../../../src/codegen/x86/index.ts";
import { canRun, hostMissing, runKernel } from "../../targets/cpu/run-kernel.ts";
import { executionCases } from "./execution-cases.ts";

const skip = hostMissing !== undefined || !canRun(["avx512bw", "avx512vl", "avx512vnni", "avx512vbmi"]);
if (skip) console.warn(`instructions are not executed: ${hostMissing ?? "this CPU has no AVX-512 with VNNI and VBMI"}`);

const vectorBytes = 64;

/** A kernel over `names` (read) and `y` (written), of 64 bytes each, from the body of a function. */
function kernelOf(name: string, names: readonly string[], assembler: Assembler): Kernel {
  const common = { bytes: vectorBytes, alignment: 1 };
  return {
    name,
    code: encode(assembler.items()),
    listing: () => listing(assembler.items()),
    features: requiredFeatures(assembler.items()),
    arguments: [
      ...names.map((argument) => ({ ...common, name: argument, access: "read" as const })),
      { ...common, name: "y", access: "write" as const },
    ],
    extent: 1,
    grain: 1,
    scratchBytes: 256,
  };
}

const block = fc.uint8Array({ minLength: vectorBytes, maxLength: vectorBytes });
const readers = {
  int8: (view: DataView, lane: number) => view.getInt8(lane),
  int16: (view: DataView, lane: number) => view.getInt16(2 * lane, true),
  int32: (view: DataView, lane: number) => view.getInt32(4 * lane, true),
  float32: (view: DataView, lane: number) => view.getFloat32(4 * lane, true),
};
const lanesOf = { int8: 64, int16: 32, int32: 16, float32: 16 };
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

test.skipIf(skip).each(executionCases)("$name computes what it should", ({ name, emit, element, result }) => {
  const assembler = createAssembler();
  for (const [at, pointer] of [r8, r9, r10, r11].entries()) assembler.emit("mov", pointer, mem(rdi, { disp: 8 * at }));
  for (const [at, pointer] of [r8, r9, r10].entries()) assembler.emit("vmovdqu8", zmm(at), mem(pointer));
  emit(assembler);
  assembler.emit("vmovdqu8", mem(r11), zmm(0));
  assembler.emit("vzeroupper");
  assembler.emit("ret");
  const kernel = kernelOf(name, ["a", "b", "c"], assembler);
  fc.assert(
    fc.property(block, block, block, (a, b, c) => {
      const { y = new Uint8Array(0) } = runKernel(kernel, { a, b, c });
      const lanes = Array.from({ length: lanesOf[element] }, (_, lane) => lane);
      const operands = { a: view(a), b: view(b), c: view(c) };
      expect(lanes.map((lane) => readers[element](view(y), lane))).toEqual(
        lanes.map((lane) => result(operands, lane) + 0),
      );
    }),
    { numRuns: 25 },
  );
});

/** Steps of Collatz's sequence to 1 for each of 8 numbers: loops, branches, conditional moves, the stack. */
function collatz(): Assembler {
  const assembler = createAssembler();
  const { emit } = assembler;
  emit("push", rbx);
  emit("mov", rsi, mem(rdi));
  emit("mov", rdi, mem(rdi, { disp: 8 }));
  emit("mov", rcx, -8);
  assembler.align(32);
  assembler.bind("number");
  emit("mov", rax, mem(rsi, { index: rcx, scale: 8, disp: 64 }));
  emit("mov", rbx, 0);
  assembler.bind("step");
  emit("cmp", rax, 1);
  emit("jbe", assembler.label("store"));
  emit("lea", rdx, mem(rax, { index: rax, scale: 2, disp: 1 }));
  emit("mov", r8, rax);
  emit("shr", r8, 1);
  emit("test", rax, 1);
  emit("cmove", rdx, r8);
  emit("mov", rax, rdx);
  emit("inc", rbx);
  emit("jmp", assembler.label("step"));
  assembler.bind("store");
  emit("imul", rbx, rbx, 1000);
  emit("mov", mem(rdi, { index: rcx, scale: 8, disp: 64 }), rbx);
  emit("add", rcx, 1);
  emit("jne", assembler.label("number"));
  emit("pop", rbx);
  emit("ret");
  return assembler;
}

test.skipIf(hostMissing !== undefined)("scalar code with loops and branches", () => {
  const steps = (start: bigint): bigint => {
    let count = 0n;
    for (let value = start; value > 1n; count++) value = value % 2n === 0n ? value / 2n : 3n * value + 1n;
    return 1000n * count;
  };
  const kernel = kernelOf("collatz", ["x"], collatz());
  const numbers = BigUint64Array.from([0n, 1n, 2n, 27n, 97n, 871n, 6171n, 2n ** 40n + 1n]);
  const { y = new Uint8Array(0) } = runKernel(kernel, { x: new Uint8Array(numbers.buffer) });
  expect(new BigUint64Array(y.slice().buffer)).toEqual(numbers.map(steps));
});
