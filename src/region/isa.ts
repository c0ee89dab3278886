import type { CpuFeature } from "../codegen/index.ts";

const avx2: readonly CpuFeature[] = ["avx2", "fma"];
const avx512vnni: readonly CpuFeature[] = [...avx2, "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"];

/**
 * Levels of instruction sets that names of regions carry, lowest first, with all features each stands for. The host
 * library registers a level's names exactly where the CPU has all of them (iopt_levels in cpu.c).
 */
export const isaLevels = {
  avx2,
  avxvnni: [...avx2, "avxvnni"],
  avx512vnni,
  avx512vbmi: [...avx512vnni, "avx512vbmi"],
  avx512bf16: [...avx512vnni, "avx512vbmi", "avx512bf16"],
} as const satisfies Record<string, readonly CpuFeature[]>;

/** One of {@link isaLevels}. */
export type IsaLevel = keyof typeof isaLevels;

/** The names of the levels, lowest first. A level need not contain those before it: `avx512vnni` lacks `avxvnni`. */
export const isaLevelNames = Object.keys(isaLevels) as readonly IsaLevel[];

/** The lowest level that has all the features; undefined when none has. */
export function lowestIsa(features: Iterable<CpuFeature>): IsaLevel | undefined {
  const wanted = [...features];
  return isaLevelNames.find((level) => wanted.every((feature) => impliesFeature(level, feature)));
}

/** Whether a CPU of the level has the feature. */
export function impliesFeature(level: IsaLevel, feature: CpuFeature): boolean {
  return (isaLevels[level] as readonly CpuFeature[]).includes(feature);
}
