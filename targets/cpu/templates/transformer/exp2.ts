import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";

/** Constants of {@link emitExp2}: the least exponent, and a polynomial fitted to 2^f on |f| ≤ ½, relative error 1e-7. */
export const exp2Constants = {
  floor: -126,
  e5: 0.00132647273,
  e4: 0.00967151299,
  e3: 0.0555073358,
  e2: 0.240222424,
  e1: 0.693147004,
  one: 1,
} as const;

/** `power` = 2^value for values from `floor` on, as a polynomial of the fraction times a power of two. All three are overwritten. */
export function emitExp2(
  a: Assembler,
  simd: Simd,
  { value, whole, power }: Readonly<Record<"value" | "whole" | "power", Register>>,
  constant: (name: keyof typeof exp2Constants) => Memory | Register,
): void {
  a.emit(simd.name === "avx512" ? "vrndscaleps" : "vroundps", whole, value, 0);
  a.emit("vsubps", value, value, whole);
  a.emit("vmovups", power, constant("e5"));
  for (const name of ["e4", "e3", "e2", "e1", "one"] as const) a.emit("vfmadd213ps", power, value, constant(name));
  if (simd.name === "avx512") a.emit("vscalefps", power, power, whole);
  else {
    a.emit("vcvtps2dq", whole, whole);
    a.emit("vpslld", whole, whole, 23);
    a.emit("vpaddd", power, power, whole);
  }
}
