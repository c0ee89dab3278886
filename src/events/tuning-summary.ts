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
  /** How far the best was from itself under two names, as a share: a challenger must beat twice of it. Absent without a final race. */
  readonly noise?: number;
  readonly source: "measured" | "replayed" | "records" | "seed";
  /** Candidates tried now, and those of them that failed. */
  readonly tried: number;
  readonly failed: number;
  readonly reason: string;
}
