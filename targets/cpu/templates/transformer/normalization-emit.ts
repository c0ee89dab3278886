import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import {
  k,
  masked,
  mem,
  r10,
  r11,
  r8,
  r9,
  rax,
  rcx,
  rdi,
  rdx,
  resize,
  rsi,
} from "../../../../src/codegen/x86/index.ts";
import { numberOf } from "../../reference/parameters.ts";
import type { NormalizationWorkload } from "../../transformer-workload.ts";
import type { Simd } from "../bytes/simd.ts";
import { emitAddMemory, emitLaneMask, emitLoad, emitStore, registerCount, vectorBytes } from "../float/vectors.ts";
import { emitReduce } from "./reduce.ts";
import type { VectorConstants } from "./vector-constants.ts";
import { vectorConstants } from "./vector-constants.ts";

/** The argument `params`, with the number of channels that the code does not know. */
export function statistics(channels: number): VectorConstants<"inverseCount" | "epsilon" | "one"> {
  return vectorConstants(["inverseCount", "epsilon", "one"], (parameters) => ({
    inverseCount: 1 / channels,
    epsilon: numberOf(parameters, "epsilon"),
    one: 1,
  }));
}

/** Vectors that the channels of a pixel fill. */
export function vectorCount({ channels }: NormalizationWorkload, { lanes }: Simd): number {
  return Math.ceil(channels / lanes);
}

/** Registers before those that hold a pixel: four sums, statistics, two temporaries, the mask of AVX2. */
const firstHeld = 8;

/** Whether a pixel stays in registers while it is computed. */
export function isHeld(workload: NormalizationWorkload, simd: Simd): boolean {
  return vectorCount(workload, simd) <= registerCount(simd) - firstHeld;
}

/** Emits the whole kernel; `roles` are the names of its arguments in their order. */
export function emitNormalization(
  a: Assembler,
  workload: NormalizationWorkload,
  simd: Simd,
  roles: readonly string[],
): void {
  const argument = (role: string): Memory => mem(rdi, { disp: 8 * roles.indexOf(role) });
  const constants = statistics(workload.channels);
  const [x, residual, gamma, beta, y] = [r8, r9, r10, r11, rax];
  const start = (pointer: Register, role: string, stride: number): void => {
    a.emit("imul", pointer, rsi, 4 * stride);
    a.emit("add", pointer, argument(role));
  };
  start(x, "x", workload.x.pixel);
  if (workload.residual !== undefined) start(residual, "residual", workload.residual.pixel);
  start(y, "y", workload.y.pixel);
  a.emit("mov", gamma, argument("gamma"));
  if (workload.beta) a.emit("mov", beta, argument("beta"));
  a.emit("mov", rdi, argument("params"));
  a.emit("sub", rdx, rsi);
  const rest = workload.channels % simd.lanes;
  const mask = simd.name === "avx512" ? k(1) : simd.vector(7);
  if (rest > 0) emitLaneMask(a, simd, mask, rest, rsi);
  const count = vectorCount(workload, simd);
  const sums = [0, 1, 2, 3].map((index) => simd.vector(index));
  const [mean, first, second] = [4, 5, 6].map((index) => simd.vector(index)) as [Register, Register, Register];
  const held = isHeld(workload, simd);
  const bytes = vectorBytes(simd);
  const value = (index: number): Register => (held ? simd.vector(firstHeld + index) : first);
  const kept = (index: number): Memory => mem(rcx, { disp: bytes * index });
  const each = (body: (index: number, mask: Register | undefined, sum: Register) => void): void => {
    for (let index = 0; index < count; index++)
      body(index, rest > 0 && index === count - 1 ? mask : undefined, sums[index % 4] as Register);
  };
  const clear = (): void => {
    for (const sum of sums) a.emit("vxorps", sum, sum, sum);
  };
  /** The mean over the channels of what was summed up, in all lanes of `to`. */
  const average = (to: Register): void => {
    const [one, two, three, four] = sums as [Register, Register, Register, Register];
    a.emit("vaddps", one, one, two);
    a.emit("vaddps", three, three, four);
    a.emit("vaddps", to, one, three);
    emitReduce(a, simd, "vaddps", to, two);
    a.emit("vmulps", to, to, constants.at(rdi, "inverseCount"));
  };

  a.bind("pixel");
  clear();
  each((index, lanes, sum) => {
    const at = { disp: bytes * index };
    emitLoad(a, simd, value(index), mem(x, at), lanes);
    if (workload.residual !== undefined) emitAddMemory(a, simd, value(index), mem(residual, at), lanes, second);
    a.emit("vaddps", sum, sum, value(index));
    if (!held) a.emit("vmovups", kept(index), first);
  });
  average(mean);
  clear();
  each((index, lanes, sum) => {
    const own = value(index);
    if (!held) a.emit("vmovups", own, kept(index));
    if (lanes !== undefined && simd.name === "avx512") a.emit("vsubps", masked(own, lanes, "zero"), own, mean);
    else a.emit("vsubps", own, own, mean);
    if (lanes !== undefined && simd.name === "avx2") a.emit("vandps", own, own, lanes);
    a.emit("vfmadd231ps", sum, own, own);
    if (!held) a.emit("vmovups", kept(index), own);
  });
  average(mean);
  const [low, one] = [resize(mean, 128), resize(second, 128)];
  a.emit("vaddss", low, low, constants.at(rdi, "epsilon"));
  a.emit("vsqrtss", low, low, low);
  a.emit("vmovss", one, constants.at(rdi, "one"));
  a.emit("vdivss", low, one, low);
  a.emit("vbroadcastss", mean, low);
  each((index, lanes) => {
    const own = value(index);
    const at = { disp: bytes * index };
    if (!held) a.emit("vmovups", own, kept(index));
    a.emit("vmulps", second, mean, mem(gamma, at));
    if (workload.beta) a.emit("vfmadd213ps", own, second, mem(beta, at));
    else a.emit("vmulps", own, own, second);
    emitStore(a, simd, mem(y, at), own, lanes);
  });
  a.emit("add", x, 4 * workload.x.pixel);
  if (workload.residual !== undefined) a.emit("add", residual, 4 * workload.residual.pixel);
  a.emit("add", y, 4 * workload.y.pixel);
  a.emit("sub", rdx, 1);
  a.emit("jnz", a.label("pixel"));
  a.emit("vzeroupper");
  a.emit("ret");
}
