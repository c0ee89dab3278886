/**
 * What a person asks of a run under way. The core looks at it between phases, samples, candidates of the tuner, stages and
 * rounds of a race, never within what is timed.
 */
export interface RunControl {
  /** No more is to be searched: the best so far is proven and written. */
  readonly isStopping: boolean;
  /** Milliseconds for which the run was paused so far: budgets do not count them. */
  readonly pausedMs: number;
  /** Resolves at once or, in a pause, when that is over: by going on, by stopping, or by an abort. */
  whilePaused(): Promise<void>;
}

/** The control of a run that nobody watches. */
export const noControl: RunControl = { isStopping: false, pausedMs: 0, whilePaused: () => Promise.resolve() };
