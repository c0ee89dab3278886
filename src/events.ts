import type { Diagnostic } from "./diagnostics/index.ts";

/** Spread of one timed form: nanoseconds of one inference. */
export interface LatencySummary {
  readonly minNs: number;
  readonly medianNs: number;
  readonly p90Ns: number;
  readonly samples: number;
}

/** A spread with its far end, which records do not keep. */
export interface LatencyProfile extends LatencySummary {
  readonly p99Ns: number;
}

/** How many times faster than the original one thing is, with 95 % intervals. */
export interface SpeedFigures {
  /** Of minima. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** Median over rounds of the ratio within a round. */
  readonly paired: number;
  /** Absent in old records. */
  readonly pairedLow?: number;
  readonly pairedHigh?: number;
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

/** What was found for one workload. */
export interface TuningSummary {
  readonly workload: string;
  readonly threads: number;
  /** Calls in one inference. */
  readonly uses: number;
  /** Template and point; undefined when every candidate failed. */
  readonly candidate: string | undefined;
  /** Least nanoseconds of one call; undefined when it was not timed. */
  readonly ns: number | undefined;
  /** The same of what is taken without measuring. */
  readonly seedNs: number | undefined;
  /** The same when more threads share a call; absent when that was not timed. */
  readonly shared?: { readonly threads: number; readonly ns: number };
  /** Share of the machine's measured peak that is reached; undefined when it is not known. */
  readonly peakShare: number | undefined;
  readonly source: "measured" | "replayed" | "records" | "seed";
  /** Candidates tried now, and those of them that failed. */
  readonly tried: number;
  readonly failed: number;
  readonly reason: string;
}

/** One step of a compiled region. */
export interface RegionStepReport {
  readonly name: string;
  readonly workload: string;
  /** `name@version`. */
  readonly template: string;
  readonly point: Readonly<Record<string, number>>;
  /** Multiply-accumulates. */
  readonly work: number;
  /** Nodes of the model it stands for. */
  readonly nodes: readonly string[];
  /** Least nanoseconds of one call on one thread, and the share of the machine's peak; absent where not timed. */
  readonly ns?: number;
  readonly peakShare?: number;
  /** The least time of the step among the others in its program; absent where the program was not timed. */
  readonly networkNs?: number;
  /** Bound of what products in bfloat16 put a sum off by, in shares of the sum of their sizes; absent for float32 and integers. */
  readonly errorBound?: number;
}

/**
 * What one or more steps compute together, against the nodes that ONNX Runtime runs for the same in the form without
 * regions. Each fuses differently: only such sums can be compared.
 */
export interface LayerReport {
  readonly steps: readonly { readonly region: string; readonly step: number }[];
  /** Least nanoseconds of the steps in their programs, on one thread, and their share of all steps. */
  readonly ns: number;
  readonly share: number;
  /** Share of the machine's peak; absent where it is not known. */
  readonly peakShare?: number;
  /** Absent where no node of ONNX Runtime could be told to compute the same: not comparable. */
  readonly peer?: {
    readonly operators: readonly string[];
    readonly ns: number;
    /** How many times faster the steps are. */
    readonly ratio: number;
  };
}

/** The program of a region for one level of instruction sets. */
export interface RegionLevelReport {
  readonly name: string;
  readonly isa: string;
  readonly steps: readonly RegionStepReport[];
  /** Size of the program in the file, of its memory for a run, and of its packed constants, in bytes. */
  readonly programBytes: number;
  readonly arenaBytes: number;
  readonly weightsBytes: number;
  /** Scratch memory of its kernels, for each thread of a run. */
  readonly workspaceBytes: number;
}

/** A part of the model that became a program of machine code: that of its best level, and those of others. */
export interface RegionReport extends RegionLevelReport {
  readonly nodes: number;
  /** From the better level to the least. */
  readonly lesser: readonly RegionLevelReport[];
  /** Levels that were asked for and have no program of it: plain operators run there. */
  readonly without: readonly { readonly isa: string; readonly reason: string }[];
}

/** What compiling the regions of one form gave; without regions when nothing of it could become one. */
export interface RegionsReport {
  readonly form: string;
  /** Nodes of the form before any became part of a region. */
  readonly nodes: number;
  /** No kernel's quantized results may be a step off those of the form. */
  readonly exact: boolean;
  /** Least signal-to-noise ratio on the check's samples against the form without regions; absent where it was not run, and where all results are equal. */
  readonly sqnrDb?: number;
  readonly regions: readonly RegionReport[];
  /** All steps, layer by layer in the order they run, in the network; absent where it was not timed. */
  readonly layers?: readonly LayerReport[];
  /** Why other nodes are in none. */
  readonly refusals: readonly { readonly node: string; readonly reason: string }[];
}

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

/** Receives events in order. Must not throw and must not take long: kernels may be under the clock. */
export interface Reporter {
  handle(event: CompileEvent): void;
}
