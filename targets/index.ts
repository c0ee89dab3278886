import { onnxruntime } from "./onnxruntime/index.ts";
import type { Target } from "./target.ts";

export type { Device, Target } from "./target.ts";

/** The targets, in the order of `infer-opt targets`. */
export const targets: readonly Target[] = [onnxruntime];
