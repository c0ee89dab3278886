import type { Assembler, Mnemonic, Register } from "../../../../src/codegen/x86/index.ts";
import type { Simd } from "../bytes/simd.ts";

/** Combines all lanes of a vector by a commutative instruction; every lane gets the result. Overwrites `temporary`. */
export function emitReduce(
  a: Assembler,
  simd: Simd,
  combine: Extract<Mnemonic, "vaddps" | "vmaxps" | "vminps" | "vpminsd">,
  value: Register,
  temporary: Register,
): void {
  if (simd.name === "avx512")
    for (const halves of [0x4e, 0xb1]) {
      a.emit("vshuff64x2", temporary, value, value, halves);
      a.emit(combine, value, value, temporary);
    }
  else {
    a.emit("vperm2f128", temporary, value, value, 1);
    a.emit(combine, value, value, temporary);
  }
  for (const pairs of [0x4e, 0xb1]) {
    a.emit("vshufps", temporary, value, value, pairs);
    a.emit(combine, value, value, temporary);
  }
}
