import type { Assembler, Memory } from "../../../../src/codegen/x86/index.ts";
import { createAssembler, k, mem, r8, r9, rax, rdi, rdx, resize, rsi } from "../../../../src/codegen/x86/index.ts";
import type { SoftmaxWorkload } from "../../transformer-workload.ts";
import type { Simd } from "../bytes/simd.ts";
import { emitLoad, emitStore, vectorBytes } from "../float/vectors.ts";
import { argumentPointer, emitFrame } from "../kernel-frame.ts";
import { emitExp2 } from "./exp2.ts";
import type { ConstantName } from "./softmax-emit.ts";
import type { VectorConstants } from "./vector-constants.ts";

/** Numbers of vector registers: the elements, what exponentials take, what their pixel has in common; the mask without opmasks. */
const [value, whole, power, common, shuffled, vectorMask] = [0, 1, 2, 3, 4, 15];

/** Shuffles that swap neighbours, pairs and fours of lanes. */
const swaps = [
  ["vshufps", 0xb1],
  ["vshufps", 0x4e],
  ["vshuff64x2", 0xb1],
] as const;

/** Whether several pixels share a vector: few channels, as many as divide it, all side by side, to float32. */
export function isPacked({ channels, x, y, out }: SoftmaxWorkload, simd: Simd): boolean {
  const divides = channels === 2 || channels === 4 || (channels === 8 && simd.lanes === 16);
  return divides && out === "f32" && x.pixel === channels && y.pixel === channels;
}

/** Emits the softmax of a workload that {@link isPacked}; `roles` are the names of the arguments in their order. */
export function emitPackedSoftmax(
  workload: SoftmaxWorkload,
  simd: Simd,
  constants: VectorConstants<ConstantName>,
  roles: readonly string[],
): Assembler {
  const a = createAssembler();
  const { channels, from } = workload;
  const elementBytes = from === "u8" ? 1 : 4;
  const constant = (name: ConstantName): Memory => constants.at(rdi, name);
  emitFrame(a, { saved: [] }, () => {
    a.emit("imul", r8, rsi, channels * elementBytes);
    a.emit("add", r8, argumentPointer(roles, "x"));
    a.emit("imul", r9, rsi, channels * 4);
    a.emit("add", r9, argumentPointer(roles, "y"));
    a.emit("sub", rdx, rsi);
    a.emit("imul", rdx, rdx, channels);
    a.emit("mov", rax, argumentPointer(roles, "params"));
    a.emit("mov", rdi, rax);
    a.emit("sub", rdx, simd.lanes);
    a.emit("jb", a.label("rest"));
    a.bind("vector");
    emitVector(a, simd, workload, constant, false);
    a.emit("add", r8, simd.lanes * elementBytes);
    a.emit("add", r9, vectorBytes(simd));
    a.emit("sub", rdx, simd.lanes);
    a.emit("jae", a.label("vector"));
    a.bind("rest");
    a.emit("add", rdx, simd.lanes);
    a.emit("jz", a.label("done"));
    const count = simd.vector(value);
    a.emit("vmovd", resize(count, 128), resize(rdx, 32));
    a.emit("vpbroadcastd", count, resize(count, 128));
    a.emit("vpcmpgtd", maskOf(simd), count, constant("lane"));
    emitVector(a, simd, workload, constant, true);
    a.bind("done");
  });
  return a;
}

function maskOf(simd: Simd): ReturnType<typeof k> {
  return simd.name === "avx512" ? k(1) : simd.vector(vectorMask);
}

/** The vector of whole pixels at r8 to r9; with a mask only its lanes. */
function emitVector(
  a: Assembler,
  simd: Simd,
  { channels, from }: SoftmaxWorkload,
  constant: (name: ConstantName) => Memory,
  isRest: boolean,
): void {
  const v = simd.vector;
  const mask = isRest ? maskOf(simd) : undefined;
  const combine = (by: "vmaxps" | "vaddps"): void => {
    for (const [mnemonic, order] of swaps.slice(0, Math.log2(channels))) {
      a.emit(mnemonic, v(shuffled), v(common), v(common), order);
      a.emit(by, v(common), v(common), v(shuffled));
    }
  };
  if (from === "u8") {
    a.emit("vpmovzxbd", v(value), mem(r8));
    a.emit("vcvtdq2ps", v(value), v(value));
  } else emitLoad(a, simd, v(value), mem(r8), mask);
  a.emit("vmulps", v(value), v(value), constant("scale"));
  a.emit("vmaxps", v(value), v(value), constant("least"));
  a.emit("vmovaps", v(common), v(value));
  combine("vmaxps");
  a.emit("vsubps", v(value), v(value), v(common));
  a.emit("vmaxps", v(value), v(value), constant("floor"));
  emitExp2(a, simd, { value: v(value), whole: v(whole), power: v(power) }, constant);
  a.emit("vmovaps", v(common), v(power));
  combine("vaddps");
  a.emit("vdivps", v(power), v(power), v(common));
  emitStore(a, simd, mem(r9), v(power), mask);
}
