import { cpu } from "./cpu/index.ts";
import { onnxruntime } from "./onnxruntime/index.ts";
import type { Target } from "./target.ts";

export type { CompiledRegions, Device, KernelListing, ProgramListing, RegionSetup, Target } from "./target.ts";

/** The targets, in the order of `infer-opt targets`. */
export const targets: readonly Target[] = [onnxruntime, cpu];
