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
  /** ISO 8601 time at which they were timed: that of the records where it was an earlier run. */
  readonly measuredAt?: string;
  /** Why other nodes are in none. */
  readonly refusals: readonly { readonly node: string; readonly reason: string }[];
}
