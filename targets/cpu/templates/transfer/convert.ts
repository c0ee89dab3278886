import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { Assembler, Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import { quantizationOf } from "../../reference/parameters.ts";
import type { TransferWorkload } from "../../workload.ts";
import type { Constant } from "../bytes/constants.ts";
import type { Simd } from "../bytes/simd.ts";

/** Number of constants that {@link conversionConstants} gives for every kind but `move`, which takes none. */
export const conversionConstantCount = 5;

/** float32 scale and bounds before the zero point is added, the zero point as int32 and in all bytes. */
export function conversionConstants(parameters: KernelParameters): readonly Constant[] {
  const { scale, zero } = quantizationOf(parameters);
  return [{ float: scale }, { float: -zero }, { float: 255 - zero }, { int: zero }, { byte: zero }];
}

/** Registers of the constants, by number. */
export interface ConversionRegisters {
  readonly scale: number;
  readonly low: number;
  readonly high: number;
  /** As int32, or in every byte. */
  readonly zero: number;
}

/** Emits the loads of the constants that a kind of transfer needs. */
export function emitConstants(
  a: Assembler,
  simd: Simd,
  kind: TransferWorkload["kind"],
  params: Register,
  registers: ConversionRegisters,
  zeroIn: "lanes" | "bytes",
): void {
  const load = (register: number, index: number): void => {
    a.emit("vbroadcastss", simd.vector(register), mem(params, { disp: 4 * index }));
  };
  if (kind === "move") return;
  load(registers.scale, 0);
  load(registers.zero, zeroIn === "lanes" ? 3 : 4);
  if (kind === "dequantize") return;
  load(registers.low, 1);
  load(registers.high, 2);
}

/**
 * Emits float32 lanes to rounded int32 without the zero point, in place. The order of the clamp's operands makes NaN the
 * lower bound.
 */
export function emitRound(a: Assembler, simd: Simd, n: number, { scale, low, high }: ConversionRegisters): void {
  const v = simd.vector(n);
  a.emit("vdivps", v, v, simd.vector(scale));
  a.emit("vmaxps", v, v, simd.vector(low));
  a.emit("vminps", v, v, simd.vector(high));
  a.emit("vcvtps2dq", v, v);
}

/** Emits int32 lanes of bytes to float32, in place; the zero point is in lanes. */
export function emitScale(a: Assembler, simd: Simd, n: number, { scale, zero }: ConversionRegisters): void {
  const v = simd.vector(n);
  a.emit("vpsubd", v, v, simd.vector(zero));
  a.emit("vcvtdq2ps", v, v);
  a.emit("vmulps", v, v, simd.vector(scale));
}
