/** Spread of one timed form: nanoseconds of one inference. */
export interface LatencySummary {
  readonly minNs: number;
  readonly medianNs: number;
  readonly p90Ns: number;
  readonly samples: number;
  /** Absent in records of older versions. */
  readonly p95Ns?: number;
  readonly p99Ns?: number;
}

/** A spread with its far end. */
export interface LatencyProfile extends LatencySummary {
  readonly p95Ns: number;
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
