import type { EnergyFigure, LatencySummary } from "../../events.ts";
import type { Ratio } from "../../measure/index.ts";
import type { ProofForm } from "../../schedule/index.ts";

/**
 * One thread count's timing of a candidate against the original: the median over rounds of the ratio within a round, and
 * its 95 % interval. Load that comes and goes bends both sides of a round, and so neither.
 */
export interface CandidateTiming extends Ratio {
  readonly threads: number;
  readonly latency: LatencySummary;
  /** The rounds themselves; undefined in records of older versions. */
  readonly pairs: ProofForm["pairs"];
}

/** A form as the choice sees it. */
export interface Candidate {
  readonly name: string;
  readonly nodes: number;
  readonly bytes: number;
  /** What its session adds to a process at the peak; undefined where not measured. */
  readonly memoryBytes: number | undefined;
  /** Of one inference; undefined where it could not be told. */
  readonly energy: EnergyFigure | undefined;
  /** Numbers may differ by more than rounding: it must pay to be taken. */
  readonly lossy: boolean;
  /** A variant that is taken only where it is faster beyond noise. */
  readonly mustPay: boolean;
  /** Made for speed alone: may be slower on no number of threads than what would be taken without it. */
  readonly mustNotLose: boolean;
  readonly isOriginal: boolean;
  readonly timings: readonly CandidateTiming[];
  /** Why it may not be taken (accuracy, a failed load); undefined when nothing speaks against it. */
  readonly objection: string | undefined;
}

/** Inferences a second, one after the other, each as long as the median: a mean would tell what else the machine does. */
export function throughputOf({ latency }: CandidateTiming): number {
  return 1e9 / latency.medianNs;
}
