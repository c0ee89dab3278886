import type { CompileReport, TuningSummary } from "../events.ts";

/** What one pass did in a phase, all its rounds together. */
export interface PassEntry {
  readonly kind: "pass";
  readonly stage: string;
  readonly pass: string;
  readonly changes: number;
  readonly nodesBefore: number | undefined;
  readonly nodesAfter: number | undefined;
  readonly refusals: number;
}

/** Something that is counted: samples of a calibration, rounds of a race. */
export interface ProgressEntry {
  readonly kind: "progress";
  readonly what: string;
  readonly done: number;
  readonly total: number;
  readonly etaMs: number | undefined;
}

/** The search for one workload's kernel. */
export interface TuningEntry {
  readonly kind: "tuning";
  readonly workload: string;
  readonly threads: number;
  readonly state: "searching" | "done";
  /** Candidates at most. */
  readonly candidates: number;
  /** Those that were tried; a few are timed again in the final race. */
  readonly seen: readonly string[];
  readonly tried: number;
  readonly failed: number;
  readonly candidate: string | undefined;
  /** Where the kernel is from; undefined while it is searched. */
  readonly source: TuningSummary["source"] | undefined;
  readonly bestNs: number | undefined;
  readonly seed: string | undefined;
  readonly seedNs: number | undefined;
  /** The least time after each timing, {@link traceLength} of them at most. */
  readonly trace: readonly number[];
}

/** The speed of one form. */
export interface MeasuredEntry {
  readonly kind: "measured";
  readonly form: string;
  readonly minNs: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** The accuracy of one form, all metrics together. */
export interface AccuracyEntry {
  readonly kind: "accuracy";
  readonly form: string;
  readonly samples: number;
  readonly metrics: readonly { readonly metric: string; readonly value: number }[];
}

/** Something told in words. */
export interface TextEntry {
  readonly kind: "text";
  readonly tone: "plain" | "good" | "warning" | "bad";
  readonly text: string;
}

/** A line of a phase. */
export type Entry = PassEntry | ProgressEntry | TuningEntry | MeasuredEntry | AccuracyEntry | TextEntry;

/** One phase of the compile. Times are milliseconds of any clock that only goes forward. */
export interface PhaseState {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly entries: readonly Entry[];
}

/** What is shown of the run, and how: a pure fold over events, keys and sizes. */
export interface TuiState {
  readonly startedAt: number;
  readonly model: { readonly file: string; readonly bytes: number; readonly nodes: number } | undefined;
  readonly target: { readonly id: string; readonly device: string } | undefined;
  readonly phases: readonly PhaseState[];
  /** Of the last phase, the entry that changed last. */
  readonly active: number;
  /** Share by which the reference loop is off its best, smoothed; undefined until something was timed. */
  readonly noise: number | undefined;
  readonly isTiming: boolean;
  readonly warnings: number;
  readonly report: CompileReport | undefined;
  readonly asked: { readonly isPaused: boolean; readonly isStopping: boolean };
  readonly size: { readonly columns: number; readonly rows: number };
  readonly view: {
    readonly isHelpShown: boolean;
    /** First line shown of the body. */
    readonly top: number;
    /** Keeps the active line in sight. */
    readonly follows: boolean;
  };
}

/** Points kept of a trace; a longer one is thinned out. */
export const traceLength = 120;

/** The state before anything has happened. */
export function initialState(startedAt: number, size: TuiState["size"]): TuiState {
  return {
    ...{ startedAt, size, phases: [], active: 0, isTiming: false, warnings: 0 },
    ...{ model: undefined, target: undefined, noise: undefined, report: undefined },
    asked: { isPaused: false, isStopping: false },
    view: { isHelpShown: false, top: 0, follows: true },
  };
}
