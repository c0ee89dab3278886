import type { EarlyEnd, SpeedFigures } from "../events.ts";
import type { MachineState } from "../measure/index.ts";
import type { Json } from "./canonical-json.ts";

/** The fields of a device that decide whether a measurement holds: see docs/schedule-cache.md. */
export interface DeviceFingerprint {
  readonly kind: "cpu" | "gpu";
  readonly vendor: string;
  readonly name: string;
  readonly family: number;
  readonly model: number;
  /** Instruction set extensions that kernels could use, sorted. */
  readonly isa: readonly string[];
  readonly l1dKiB: number;
  readonly l2KiB: number;
  readonly l3KiB: number;
  readonly cores: number;
  readonly threads: number;
}

/** What was timed: plain data, no tensors. */
export type Workload = { readonly op: string } & { readonly [key: string]: Json };

/** A point of a schedule space. */
export type Point = Readonly<Record<string, number>>;

/** Nanoseconds of one inference or kernel. */
export interface TrialTimes {
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly n: number;
  /** Whole models; absent in records of older versions. */
  readonly p95?: number;
  readonly p99?: number;
  /**
   * Other candidates and a reference loop ran in the same rounds. Kernels: `cold` when the caches were swept between
   * calls, `hot` when not; whole models: `interleaved`.
   */
  readonly mode: "interleaved" | "cold" | "hot";
}

interface Stamp {
  readonly v: 1;
  /** ISO 8601 time; never part of a key or of a choice. */
  readonly at: string;
  /** Version of this tool. */
  readonly tool: string;
}

/** One measurement, or one failure: failures are data and are not tried again under their key. */
export interface TrialRecord extends Stamp {
  readonly kind: "trial";
  readonly key: string;
  readonly workload: Workload;
  readonly template: string;
  readonly device: DeviceFingerprint;
  readonly toolchain: Readonly<Record<string, string>>;
  /** Threads that shared one call of a kernel; absent for models, whose workload says it. */
  readonly threads?: number;
  readonly point: Point;
  /** sha256 of what was run: the form's structural hash, or emitted code. */
  readonly code: string;
  readonly status: "ok" | "emit" | "verify" | "run" | "timeout";
  readonly ns?: TrialTimes;
  /** The reference loop of the same rounds. */
  readonly reference?: { readonly ns: number };
  readonly detail?: string;
}

/** Times in the network, on one thread: of the steps of each region, and of the nodes ONNX Runtime runs without regions. */
export interface NetworkProfile {
  readonly regions: readonly { readonly name: string; readonly stepNs: readonly number[] }[];
  /** With the names of the nodes of the model that each stands for. */
  readonly peers: readonly { readonly op: string; readonly ns: number; readonly nodes: readonly string[] }[];
}

/** What was chosen for a model, and why. */
export interface ChoiceRecord extends Stamp {
  readonly kind: "choice";
  readonly key: string;
  /** Hash of the model; empty for a kernel, which belongs to none. */
  readonly model: string;
  /** `model` for the whole; `regions` for what of a form is in regions; `prune`; `kernel` for what a workload is computed by, on its own. */
  readonly scope: string;
  readonly chosen: string;
  readonly reason: string;
  /** Scope `prune`: hash of the samples and labels that it was judged on; absent when there were none. */
  readonly data?: string;
  /** Scope `kernel`: candidates the search could have tried; a search that may try more is not answered by this. */
  readonly candidates?: number;
  /** Scopes `precision` and `session`: what ended the search before it was done. */
  readonly endedBy?: EarlyEnd;
  /** Scope `kernel`: how far apart the same kernel was from itself under two names, as a share. */
  readonly noise?: number;
  /**
   * Scope `kernel`, for reports: least nanoseconds of one call of what was chosen, of the template's own choice, and of
   * what was chosen on more threads; and what no kernel could beat that multiplies as often as the definition.
   */
  readonly ns?: number;
  readonly seedNs?: number;
  readonly sharedNs?: number;
  readonly boundNs?: number;
  /** Scope `regions`: the device it was measured on, nodes that stay plain though there are kernels for them, and why. */
  readonly device?: DeviceFingerprint;
  readonly excluded?: readonly { readonly node: string; readonly reason: string }[];
  /** Scope `precision`: other spellings of the float model that are taken, and why. */
  readonly rewrites?: readonly { readonly name: string; readonly reason: string }[];
  /** Scope `accuracy`: what each layer of an INT8 form loses in decibels, and on how many samples that was found. */
  readonly layers?: readonly {
    readonly node: string;
    readonly op: string;
    readonly output: string;
    readonly ownDb: number;
    readonly sqnrDb: number;
  }[];
  readonly samples?: number;
  /** Scope `layers`: what groups of layers take in ONNX Runtime, one thread, in float and in INT8; a prior for the search. */
  readonly groups?: readonly { readonly name: string; readonly floatNs: number; readonly int8Ns: number }[];
  /** Scope `regions`: what the regions that were chosen take, and the hash of the kernels that it was found with. */
  readonly profile?: NetworkProfile;
  readonly kernels?: string;
}

/** One timed form in a proof. */
export interface ProofForm {
  readonly form: string;
  readonly code: string;
  readonly threads: number;
  readonly ns: TrialTimes;
  /** Against the original, over the same rounds. */
  readonly speed: SpeedFigures;
  /** Of each round, the least time of the original by that of this form; forms with one `race` ran in the same rounds. */
  readonly pairs?: { readonly race: number; readonly ratios: readonly number[] };
  /** Microjoules of one inference by the machine's counters; absent where it has none that may be read. */
  readonly energyUj?: number;
}

/** What one form takes besides time. */
export interface ProofResources {
  readonly form: string;
  /** Memory at its peak that a session adds to a process, and of the whole process; absent where it could not be measured. */
  readonly memoryBytes?: number;
  readonly processBytes?: number;
}

/** All forms of one model timed in one run, and the accuracy of each. */
export interface ProofRecord extends Stamp {
  readonly kind: "proof";
  readonly key: string;
  readonly model: string;
  /** Hash of the options that the result follows from. */
  readonly config: string;
  readonly device: DeviceFingerprint;
  /** Hash of the samples and labels that accuracy was measured on; absent when none was. */
  readonly data?: string;
  readonly runtime: string;
  readonly threads: readonly number[];
  readonly batch: number;
  readonly forms: readonly ProofForm[];
  /** Forms that do not run, with the reason, and what the others take; absent in records of older versions. */
  readonly failures?: readonly { readonly form: string; readonly reason: string }[];
  readonly resources?: readonly ProofResources[];
  readonly noise: number;
  /** The machine while it timed; never part of a key. */
  readonly machine?: MachineState;
  readonly accuracy: readonly {
    readonly form: string;
    readonly metric: string;
    readonly value: number;
    readonly samples: number;
  }[];
  readonly emitted: string;
}

/** One line of a schedule cache. */
export type ScheduleRecord = TrialRecord | ChoiceRecord | ProofRecord;
