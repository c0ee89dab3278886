import type { CpuFeature } from "../../../../src/codegen/index.ts";
import type { Register } from "../../../../src/codegen/x86/index.ts";
import { ymm, zmm } from "../../../../src/codegen/x86/index.ts";
import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";

/** The vector extension a byte kernel is written for. */
export interface Simd {
  readonly name: "avx512" | "avx2";
  /** Elements of 32 bits in a register. */
  readonly lanes: 16 | 8;
  /** Whether bytes can be permuted across a whole register. */
  readonly vbmi: boolean;
  /** Register n at full width. */
  vector(n: number): Register;
}

const wide: readonly CpuFeature[] = ["avx512f", "avx512bw", "avx512dq", "avx512vl"];
const narrow: readonly CpuFeature[] = ["avx2", "fma"];

/** The widest extension of the device that byte kernels are written for; undefined where there is none. */
export function simdOf(device: DeviceFingerprint): Simd | undefined {
  const has = (features: readonly CpuFeature[]): boolean => features.every((feature) => device.isa.includes(feature));
  if (has(wide)) {
    const vbmi = has(["avx512vbmi"]);
    return { name: "avx512", lanes: 16, vbmi, vector: zmm };
  }
  return has(narrow) ? { name: "avx2", lanes: 8, vbmi: false, vector: ymm } : undefined;
}

/** Whether the device multiplies pairs of bfloat16, in vectors of AVX-512. */
export function hasBf16(device: DeviceFingerprint): boolean {
  return device.isa.includes("avx512bf16") && simdOf(device)?.name === "avx512";
}

/** {@link simdOf} where a template has already matched. */
export function requireSimd(device: DeviceFingerprint): Simd {
  const simd = simdOf(device);
  if (simd === undefined) throw new Error(`no vector extension for byte kernels among ${device.isa.join(" ")}`);
  return simd;
}
