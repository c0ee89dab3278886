import type { CpuFeature } from "../../../src/codegen/index.ts";
import type { DeviceFingerprint } from "../../../src/schedule/record.ts";

const avx2: readonly CpuFeature[] = ["avx2", "fma"];
const avx512: readonly CpuFeature[] = [...avx2, "avx512f", "avx512bw", "avx512dq", "avx512vl"];
const avx512vnni: readonly CpuFeature[] = [...avx512, "avx512vnni"];

/** Sets of extensions for which kernels differ. */
export const isaSets = {
  avx2,
  avxvnni: [...avx2, "avxvnni"],
  avx512,
  avx512bf16: [...avx512, "avx512bf16"],
  avx512vbmi: [...avx512, "avx512vbmi"],
  avx512vnni,
  avx512vnniVbmi: [...avx512vnni, "avx512vbmi"],
} as const satisfies Record<string, readonly CpuFeature[]>;

/** Sets of extensions for which kernels of integer products differ. */
export const integerIsas = {
  avx512vbmi: isaSets.avx512vnniVbmi,
  avx512vnni: isaSets.avx512vnni,
  avxvnni: isaSets.avxvnni,
  avx2: isaSets.avx2,
} as const;

/** A CPU with these extensions, of the given size where it matters. */
export function testDevice<Extension extends string>(
  isa: readonly Extension[],
  facts: Partial<Omit<DeviceFingerprint, "isa">> = {},
): DeviceFingerprint & { readonly isa: readonly Extension[] } {
  return {
    ...{ vendor: "AuthenticAMD", name: "test", family: 25, model: 17, isa },
    ...{ l1dKiB: 32, l2KiB: 1024, l3KiB: 32_768, cores: 2, threads: 2 },
    kind: "cpu",
    ...facts,
  };
}
