/** Monotonic time in nanoseconds; a fake stands in for tests. */
export interface Clock {
  now(): number;
}

/** The process's monotonic clock. Resolution is better than a microsecond; a double holds it exactly for 100 days. */
export const systemClock: Clock = { now: () => Number(process.hrtime.bigint()) };
