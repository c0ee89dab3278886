import type { EarlyEnd } from "./early-end.ts";

/** Like layers of a model, and the precision that was found for them. */
export interface PrecisionGroupReport {
  /** What the layers have in common, such as `Conv 3x3 depthwise at 14x14`. */
  readonly name: string;
  /** Names of the nodes, one a layer. */
  readonly layers: readonly string[];
  readonly precision: "int8" | "float";
  /** Nanoseconds of all its layers in ONNX Runtime's own profile, one thread; 0 where nothing is known. */
  readonly floatNs: number;
  readonly int8Ns: number;
  /** How many times slower the whole network is with only this group decided otherwise; absent where that was not timed. */
  readonly otherwise?: number;
  readonly reason: string;
}

/** Another spelling of a model that could be chosen. */
export interface RewriteReport {
  readonly name: string;
  /** What is written in place of what. */
  readonly summary: string;
  /** So many places in the model. */
  readonly places: number;
  readonly taken: boolean;
  /** How many times slower the whole network is with only this decided otherwise; absent where that was not timed. */
  readonly otherwise?: number;
  readonly reason: string;
}

/** A mixture of INT8 and float that was tried. */
export interface TriedMixture {
  /** Groups of layers that are float in it. */
  readonly floatGroups: number;
  /** Other spellings that it has; absent where it has none. */
  readonly rewrites?: readonly string[];
  /** Least nanoseconds of the whole network; absent for one that failed. */
  readonly ns?: number;
}

/** Which layers are INT8, and how that was found. */
export interface PrecisionReport {
  readonly groups: readonly PrecisionGroupReport[];
  /** Other spellings that have a place in the model; absent where there are none. */
  readonly rewrites?: readonly RewriteReport[];
  /** Mixtures timed, those of earlier runs included, and those that failed. */
  readonly tried: number;
  readonly failed: number;
  /** In the order in which they were tried, on the least number of threads; absent in reports of older versions. */
  readonly mixtures?: readonly TriedMixture[];
  /** What ended the search before it was done; absent where nothing did. */
  readonly endedBy?: EarlyEnd;
  /** Times of the whole network in the search, nanoseconds, one thread count: all INT8, all float, what was chosen. */
  readonly int8Ns?: number;
  readonly floatNs?: number;
  readonly chosenNs?: number;
  readonly reason: string;
}

/** What to tell a session of ONNX Runtime for one model on one machine. */
export interface SessionReport {
  readonly form: string;
  /** What was found best; equal to the defaults where nothing beats them by more than the noise. */
  readonly options: SessionAdvice;
  /** Nanoseconds with the defaults of ONNX Runtime, and with these options. */
  readonly defaultNs?: number;
  readonly ns?: number;
  readonly tried: number;
  readonly reason: string;
  /** What ended the search before it was done; absent where nothing did. */
  readonly endedBy?: EarlyEnd;
}

/** Options of a session by their names in ONNX Runtime. */
export interface SessionAdvice {
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly graphOptimizationLevel: "disabled" | "basic" | "extended" | "all";
  readonly executionMode: "sequential" | "parallel";
  readonly enableCpuMemArena: boolean;
  readonly enableMemPattern: boolean;
  /** The configuration entry `session.intra_op.allow_spinning`. */
  readonly allowSpinning: boolean;
}

/** What was tuned for ONNX Runtime as it is. */
export interface FormTuningReport {
  readonly precision?: PrecisionReport;
  readonly session?: SessionReport;
}
