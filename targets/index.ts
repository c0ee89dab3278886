import { cpu } from "./cpu/index.ts";
import { onnxruntime } from "./onnxruntime/index.ts";
import type { Target } from "./target.ts";

export { formEfforts, withinSessions } from "./onnxruntime/form-efforts.ts";
export type { FormMeasurer } from "./onnxruntime/form-measurer.ts";
export { makeFormMeasurer } from "./onnxruntime/form-measurer.ts";
export type { PrecisionEdge, PrecisionGroup, PrecisionPlan } from "./onnxruntime/precision-template.ts";
export { chosenRewrites, floatTemplate, int8Groups, precisionTemplate } from "./onnxruntime/precision-template.ts";
export type { SessionOptions } from "./onnxruntime/session-template.ts";
export { sessionOptions, sessionSettings, sessionTemplate } from "./onnxruntime/session-template.ts";
export type { TimedModel } from "./onnxruntime/open-sessions.ts";
export type { FormSpace, FormTuning } from "./onnxruntime/tune-forms.ts";
export { formTrials, tellRecordedForms, tuneForms } from "./onnxruntime/tune-forms.ts";
export type {
  CompiledRegions,
  Device,
  DeviceSpeed,
  KernelListing,
  ProgramListing,
  RegionSetup,
  Target,
} from "./target.ts";

/** The targets, in the order of `infer-opt targets`. */
export const targets: readonly Target[] = [onnxruntime, cpu];
