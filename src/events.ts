import type { Diagnostic } from "./diagnostics/index.ts";

/** Spread of one timed form: nanoseconds of one inference. */
export interface LatencySummary {
  readonly minNs: number;
  readonly medianNs: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly samples: number;
}

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
      readonly type: "trial";
      readonly form: string;
      readonly round: number;
      readonly rounds: number;
      readonly latency: LatencySummary;
    }
  | {
      readonly type: "measured";
      readonly form: string;
      readonly latency: LatencySummary;
      readonly ratio: number;
      readonly low: number;
      readonly high: number;
    }
  | { readonly type: "choice"; readonly form: string; readonly reason: string }
  | { readonly type: "written"; readonly file: string; readonly bytes: number }
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic }
  | { readonly type: "note"; readonly text: string };

/** Receives events in order. Must not throw and must not take long: kernels may be under the clock. */
export interface Reporter {
  handle(event: CompileEvent): void;
}
