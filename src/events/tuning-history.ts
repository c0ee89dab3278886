/** How a search for one workload went: in this run or, where that only replayed it, by the records. */
export interface TuningHistory {
  readonly workload: string;
  readonly threads: number;
  /** Candidates tried, and those of them that failed. */
  readonly tried: number;
  readonly failed: number;
  /** Least nanoseconds so far, each time it fell: after so many candidates. The first is the first that was timed. */
  readonly best: readonly { readonly after: number; readonly ns: number }[];
  /** ISO 8601 time of the last trial, where all of them are of earlier runs. */
  readonly recordedAt?: string;
}
