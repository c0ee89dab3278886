import type { CandidateOf, Family } from "../candidate.ts";
import type { Workload } from "../record.ts";
import type { Template } from "../template.ts";

/** A trial of another workload that a model can learn from. */
export interface Lesson<F extends Family = Template> {
  readonly workload: Workload;
  readonly candidate: CandidateOf<F>;
  /** What the family's cost model says, in the unit of the pool's predictions. */
  readonly predicted: number;
  /** Time divided by the reference loop's. */
  readonly score: number;
  /** How unlike the workload at hand. */
  readonly distance: number;
}
