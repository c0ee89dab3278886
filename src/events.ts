import type { Diagnostic } from "./diagnostics/index.ts";
import type { CompileReport } from "./events/compile-report.ts";
import type { LatencySummary } from "./events/latency.ts";
import type { RegionsReport } from "./events/regions-report.ts";
import type { TuningHistory } from "./events/tuning-history.ts";
import type { TuningSummary } from "./events/tuning-summary.ts";

export type { CheckReport } from "./events/check.ts";
export type { CompileReport, ConstraintReport, EnergyFigure, FormReport } from "./events/compile-report.ts";
export type { MachineState } from "./events/machine-state.ts";
export type { EarlyEnd } from "./events/early-end.ts";
export type { LatencyProfile, LatencySummary, SpeedFigures } from "./events/latency.ts";
export type {
  LayerReport,
  RegionLevelReport,
  RegionReport,
  RegionStepReport,
  RegionsReport,
} from "./events/regions-report.ts";
export type {
  FormTuningReport,
  PrecisionGroupReport,
  PrecisionReport,
  RewriteReport,
  SessionAdvice,
  SessionReport,
  TriedMixture,
} from "./events/form-tuning.ts";
export type { LayerAccuracyReport, LayerNoise } from "./events/layer-accuracy.ts";
export { inTurns, nextTurn } from "./events/next-turn.ts";
export type { RunControl } from "./events/run-control.ts";
export { noControl } from "./events/run-control.ts";
export type { TuningHistory } from "./events/tuning-history.ts";
export type { TuningSummary } from "./events/tuning-summary.ts";

/** Everything the core tells while it works. Reporters fold these; there is no other way out of the core. */
export type CompileEvent =
  | { readonly type: "phase"; readonly name: string; readonly detail?: string }
  | {
      readonly type: "loaded";
      readonly file: string;
      readonly bytes: number;
      readonly nodes: number;
      readonly opset: number;
      readonly irVersion: number;
    }
  | { readonly type: "target"; readonly id: string; readonly device: string; readonly runtime: string }
  | {
      readonly type: "pass";
      readonly stage: string;
      readonly pass: string;
      readonly round: number;
      readonly changes: number;
      readonly byRule: Readonly<Record<string, number>>;
      readonly nodesBefore: number;
      readonly nodesAfter: number;
      readonly ms: number;
    }
  | {
      readonly type: "refusal";
      readonly pass: string;
      readonly rule: string;
      readonly node: string;
      readonly reason: string;
    }
  | {
      readonly type: "check";
      readonly stage: string;
      readonly verdict: "equal" | "within-tolerance" | "mismatch" | "skipped";
      readonly detail: string;
      readonly sqnrDb?: number;
    }
  | {
      readonly type: "rollback";
      readonly stage: string;
      readonly pass: string;
      readonly rule?: string;
      readonly reason: string;
    }
  | {
      readonly type: "progress";
      readonly phase: string;
      readonly done: number;
      readonly total: number;
      readonly etaMs?: number;
    }
  | {
      readonly type: "accuracy";
      readonly form: string;
      readonly metric: string;
      readonly value: number;
      readonly samples: number;
      readonly detail?: string;
    }
  | {
      readonly type: "measured";
      readonly form: string;
      readonly latency: LatencySummary;
      readonly ratio: number;
      readonly low: number;
      readonly high: number;
    }
  | {
      readonly type: "tuning-started";
      readonly workload: string;
      readonly threads: number;
      /** Candidates at most. */
      readonly candidates: number;
      /** Candidates that the records know already. */
      readonly known: number;
      /** The candidate that is taken without searching; absent where the search has none. */
      readonly seed?: string;
    }
  | {
      readonly type: "trial";
      readonly workload: string;
      readonly threads: number;
      /** Template and point. */
      readonly candidate: string;
      readonly status: "ok" | "emit" | "verify" | "run" | "timeout";
      /** Least nanoseconds of one call; absent for a failure. */
      readonly ns?: number;
      readonly detail?: string;
    }
  | {
      readonly type: "tuning-best";
      readonly workload: string;
      readonly threads: number;
      readonly candidate: string;
      readonly ns: number;
    }
  | { readonly type: "tuning-finished"; readonly result: TuningSummary }
  /** How a search went that is replayed here and not made: by the records. */
  | { readonly type: "tuning-replayed"; readonly history: TuningHistory }
  /** Something comes under the clock, or has left it: who hears of it keeps the machine quiet in between. */
  | { readonly type: "timing"; readonly state: "started" | "ended" }
  /** How far the reference loop was off its best in what was timed last, as a share. */
  | { readonly type: "noise"; readonly share: number }
  | {
      readonly type: "tuned";
      readonly workloads: number;
      readonly replayed: number;
      /** Candidates tried now, and those of them that failed. */
      readonly tried: number;
      readonly failed: number;
      readonly seconds: number;
      /** Mean milliseconds that one candidate took to emit; 0 when none was. */
      readonly emissionMs: number;
      readonly candidatesPerSecond: number;
    }
  | { readonly type: "regions"; readonly report: RegionsReport }
  | { readonly type: "choice"; readonly form: string; readonly reason: string }
  | { readonly type: "written"; readonly file: string; readonly bytes: number }
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "finished"; readonly report: CompileReport };

/** Receives events in order. Must not throw and must not take long: kernels may be under the clock. */
export interface Reporter {
  handle(event: CompileEvent): void;
}
