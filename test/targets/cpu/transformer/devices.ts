import type { CpuFeature } from "../../../../src/codegen/index.ts";
import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";

const avx2: readonly CpuFeature[] = ["avx2", "fma"];
const avx512: readonly CpuFeature[] = [...avx2, "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"];

function device(isa: readonly CpuFeature[]): DeviceFingerprint & { readonly isa: readonly CpuFeature[] } {
  return {
    ...{ kind: "cpu", vendor: "AuthenticAMD", name: "test", family: 25, model: 17, isa },
    ...{ l1dKiB: 32, l2KiB: 1024, l3KiB: 32_768, cores: 2, threads: 2 },
  };
}

/** Devices whose kernels of transformers differ. */
export const transformerDevices = [
  { name: "avx512", device: device(avx512) },
  { name: "avx2", device: device(avx2) },
] as const;

/** Devices whose kernels of integer products differ. */
export const productDevices = [
  ...transformerDevices,
  { name: "avxvnni", device: device([...avx2, "avxvnni"]) },
] as const;
