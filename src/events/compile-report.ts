import type { Diagnostic } from "../diagnostics/index.ts";
import type { LatencySummary, SpeedFigures } from "./latency.ts";
import type { RegionsReport } from "./regions-report.ts";

/** One form of the model that was a candidate for the output. */
export interface FormReport {
  readonly name: string;
  readonly nodes: number;
  readonly bytes: number;
  /** Timings, one for each thread count; empty when not measured. */
  readonly timings: readonly {
    readonly threads: number;
    readonly latency: LatencySummary;
    readonly speed: SpeedFigures;
  }[];
  readonly accuracy: readonly { readonly metric: string; readonly value: number; readonly samples: number }[];
  /** Resident memory of a process that runs it on one thread, Node and ONNX Runtime included; absent where not measured. */
  readonly rssBytes?: number;
  /** Why it was not chosen, or why it was. */
  readonly verdict: string;
}

/** What a compile did and what it gained and cost: the content of report.json. */
export interface CompileReport {
  readonly tool: string;
  readonly version: string;
  readonly model: {
    readonly file: string;
    readonly hash: string;
    readonly bytes: number;
    readonly nodes: number;
    readonly opset: number;
  };
  readonly output: {
    readonly file: string | undefined;
    readonly form: string;
    readonly bytes: number;
    readonly nodes: number;
    readonly opset: number;
  };
  readonly target: { readonly id: string; readonly device: string; readonly runtime: string };
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly changes: number;
    readonly check: string;
    readonly passes: readonly {
      readonly pass: string;
      readonly changes: number;
      readonly ms: number;
      readonly byRule: Readonly<Record<string, number>>;
    }[];
    readonly leftOut: readonly string[];
  }[];
  readonly operators: {
    readonly before: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
  };
  readonly quantization: unknown;
  readonly pruning: unknown;
  /** Forms of which parts were compiled, or were to be. */
  readonly regions: readonly RegionsReport[];
  readonly forms: readonly FormReport[];
  readonly choice: { readonly form: string; readonly reason: string; readonly measured: "now" | "replayed" | "no" };
  readonly noise: number | undefined;
  readonly refusals: readonly {
    readonly pass: string;
    readonly rule: string;
    readonly node: string;
    readonly reason: string;
  }[];
  readonly problems: readonly Diagnostic[];
  readonly notes: readonly string[];
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}
