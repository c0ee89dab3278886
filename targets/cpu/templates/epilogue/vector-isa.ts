import type { CpuFeature } from "../../../../src/codegen/index.ts";
import type { Register } from "../../../../src/codegen/x86/index.ts";
import { ymm, zmm } from "../../../../src/codegen/x86/index.ts";
import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";

/** What integer kernels need to know of an instruction set: they are written once over this record. */
export interface VectorIsa {
  readonly name: "avx512vnni" | "avxvnni" | "avx2";
  readonly features: readonly CpuFeature[];
  /** int32 elements of a vector register. */
  readonly lanes: 16 | 8;
  /** Vector registers there are. */
  readonly registers: number;
  /** One instruction permutes the bytes of two vectors: tables of 256 bytes are looked up by it. */
  readonly permutesBytes: boolean;
  /** Adds products of four bytes; not there on plain AVX2. VEX and EVEX forms belong to different extensions. */
  readonly dot: "vpdpbusd" | "{vex} vpdpbusd";
  vector(index: number): Register;
}

const avx512: VectorIsa = {
  name: "avx512vnni",
  features: ["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"],
  lanes: 16,
  registers: 32,
  permutesBytes: false,
  dot: "vpdpbusd",
  vector: zmm,
};
const avx2: VectorIsa = {
  name: "avx2",
  features: ["avx2", "fma"],
  lanes: 8,
  registers: 16,
  permutesBytes: false,
  dot: "{vex} vpdpbusd",
  vector: ymm,
};

/** Instruction sets in the order of preference. */
const vectorIsas: readonly VectorIsa[] = [
  { ...avx512, features: [...avx512.features, "avx512vbmi"], permutesBytes: true },
  avx512,
  { ...avx2, name: "avxvnni", features: [...avx2.features, "avxvnni"] },
  avx2,
];

/** The best instruction set of a device for integer kernels; undefined where it lacks AVX2 and FMA. */
export function vectorIsaOf(device: DeviceFingerprint): VectorIsa | undefined {
  return vectorIsas.find((isa) => isa.features.every((feature) => device.isa.includes(feature)));
}

/** {@link vectorIsaOf} where a template has already matched. */
export function requireVectorIsa(device: DeviceFingerprint): VectorIsa {
  const isa = vectorIsaOf(device);
  if (isa === undefined) throw new Error(`no instruction set for integer kernels among ${device.isa.join(" ")}`);
  return isa;
}
