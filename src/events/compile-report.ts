import type { Diagnostic } from "../diagnostics/index.ts";
import type { CheckReport } from "./check.ts";
import type { LatencySummary, SpeedFigures } from "./latency.ts";
import type { MachineState } from "./machine-state.ts";
import type { FormTuningReport } from "./form-tuning.ts";
import type { LayerAccuracyReport } from "./layer-accuracy.ts";
import type { TuningHistory } from "./tuning-history.ts";
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
    /** What a million inferences cost, one after the other, at `--price-per-hour`; absent without a price. */
    readonly costPerMillion?: number;
  }[];
  readonly accuracy: readonly { readonly metric: string; readonly value: number; readonly samples: number }[];
  /**
   * Memory at its peak while a session is made and runs on one thread, packed weights included: what the session adds to
   * a process, and the whole process with Node and ONNX Runtime. Absent where not measured.
   */
  readonly memoryBytes?: number;
  readonly rssBytes?: number;
  /** Energy of one inference in microjoules; absent where neither could be told. */
  readonly energy?: EnergyFigure;
  /** Why it was not chosen, or why it was. */
  readonly verdict: string;
}

/** Microjoules of one inference: by the machine's counters at the thread count that takes most, or estimated from the graph. */
export interface EnergyFigure {
  readonly uj: number;
  readonly source: "measured" | "estimate";
}

/** A demand on the written form, and what each form reaches. */
export interface ConstraintReport {
  /** As it was given: `--max-latency 5ms`. */
  readonly constraint: string;
  /** What is bounded: `median latency`. */
  readonly quantity: string;
  /** Whether the written form meets it. */
  readonly met: boolean;
  readonly forms: readonly {
    readonly form: string;
    readonly met: boolean;
    /** In bytes, nanoseconds, inferences a second or microjoules; absent where not measured. */
    readonly value?: number;
    /** The value for people. */
    readonly text: string;
    /** By which share the limit is missed; absent where it is met or was not measured. */
    readonly missedBy?: number;
  }[];
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
  /** Where the INT8 form loses accuracy; absent where that was not measured. */
  readonly layerAccuracy?: LayerAccuracyReport;
  /** What was tuned for ONNX Runtime as it is; absent where nothing was. */
  readonly formTuning?: FormTuningReport;
  readonly pruning: unknown;
  /** The searches of this run, and those that it replayed from the records. */
  readonly tuning: readonly TuningHistory[];
  /** Forms of which parts were compiled, or were to be. */
  readonly regions: readonly RegionsReport[];
  readonly forms: readonly FormReport[];
  readonly choice: {
    readonly form: string;
    readonly reason: string;
    readonly measured: "now" | "replayed" | "no";
    /** ISO 8601 time at which the forms were timed or judged; absent where they were not. */
    readonly measuredAt?: string;
  };
  /** What was best, among the forms that meet every constraint. */
  readonly objective: string;
  readonly constraints: readonly ConstraintReport[];
  /** How the result stands against the model shipped last; absent where none was named. */
  readonly baseline?: { readonly file: string; readonly checks: readonly CheckReport[] };
  readonly noise: number | undefined;
  /** The machine when it was timed on; absent where nothing was. */
  readonly machine?: MachineState;
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
