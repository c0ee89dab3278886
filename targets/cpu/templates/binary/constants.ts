import type { KernelArgument, KernelParameters } from "../../../../src/codegen/index.ts";
import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { mem, rax, rdi } from "../../../../src/codegen/x86/index.ts";
import { numberOf, quantizationOf } from "../../reference/parameters.ts";
import { addConstants, mulRatio } from "../../reference/quantize.ts";
import type { BinaryWorkload } from "../../workload.ts";
import type { Constant } from "../bytes/constants.ts";
import { paramsArgument } from "../bytes/constants.ts";
import { packOrder } from "../bytes/leaves.ts";
import type { Simd } from "../bytes/simd.ts";

/**
 * Numbers of the registers of the constants. Add: `first` and `second` are the ratios of a and b, `third` the fixed part.
 * Mul: the zero points of a and b, the ratio, `fourth` the zero point of y.
 */
export const constantRegisters = { first: 8, second: 9, third: 10, fourth: 11, lo: 12, hi: 13, order: 14 } as const;

/** The argument `params`. */
export function binaryParams(kind: BinaryWorkload["kind"], simd: Simd): KernelArgument {
  const indices = packOrder(simd).map((int): Constant => ({ int }));
  return paramsArgument(6 + indices.length, (parameters) => [
    ...formula(kind, parameters).map((float): Constant => ({ float })),
    { byte: numberOf(parameters, "lo") },
    { byte: numberOf(parameters, "hi") },
    ...indices,
  ]);
}

function formula(kind: BinaryWorkload["kind"], parameters: KernelParameters): readonly number[] {
  const [a, b, y] = [quantizationOf(parameters, "a"), quantizationOf(parameters, "b"), quantizationOf(parameters, "y")];
  if (kind === "mul") return [a.zero, b.zero, mulRatio({ a, b, y }), y.zero];
  const { aRatio, bRatio, fixed } = addConstants({ a, b, y });
  return [aRatio, bRatio, fixed, 0];
}

/** Emits the loads of all constants; rax is lost. */
export function emitConstantLoads(a: Assembler, simd: Simd): void {
  const { first, second, third, fourth, lo, hi, order } = constantRegisters;
  a.emit("mov", rax, mem(rdi, { disp: 16 }));
  for (const [i, n] of [first, second, third, fourth, lo, hi].entries())
    a.emit("vbroadcastss", simd.vector(n), mem(rax, { disp: 4 * i }));
  a.emit("vmovups", simd.vector(order), mem(rax, { disp: 24 }));
}
