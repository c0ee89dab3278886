/** Whether a rate is held, and what tells so. */
export interface RateTrial {
  readonly rate: number;
  readonly holds: boolean;
}

/** How the highest rate is looked for. */
export interface RateSearch<Trial extends RateTrial> {
  /** Where to begin: a prediction. */
  readonly start: number;
  /** Stops when the rate is known to within this share. */
  readonly precision: number;
  /** Trials at most, confirmations not counted. */
  readonly maxTrials: number;
  /** A short run. */
  try(rate: number): Promise<Trial>;
  /** A long one, whose word counts. */
  confirm(rate: number): Promise<Trial>;
}

/** Steps away from the start, until one side holds and the other does not. */
const STEP = 1.3;

/** A rate that is not confirmed is lowered by this share, so many times. */
const RETREAT = 0.9;
const RETREATS = 10;

/**
 * The highest rate that is held: out from the start by steps until it lies between a rate that holds and one that does not,
 * then halved on a scale of ratios, then confirmed by a longer run, lower where that does not hold. Undefined where nothing
 * was confirmed. Pure: the trials are whatever `try` and `confirm` make of a rate.
 */
export async function highestRate<Trial extends RateTrial>(
  search: RateSearch<Trial>,
): Promise<{
  readonly trials: readonly Trial[];
  readonly confirmed: Trial | undefined;
}> {
  const trials: Trial[] = [];
  const holds = async (rate: number): Promise<boolean> => {
    const trial = await search.try(rate);
    trials.push(trial);
    return trial.holds;
  };
  let low = 0;
  let high = Infinity;
  for (let rate = search.start; trials.length < search.maxTrials;) {
    if (await holds(rate)) low = rate;
    else high = rate;
    if (low > 0 && high / low <= 1 + search.precision) break;
    rate = low === 0 ? high / STEP : Number.isFinite(high) ? Math.sqrt(low * high) : low * STEP;
  }
  // What was never held is tried as a last resort at the lowest rate seen.
  let rate = low > 0 ? low : high / STEP;
  for (let i = 0; i < RETREATS; i++, rate *= RETREAT) {
    const trial = await search.confirm(rate);
    if (trial.holds) return { trials, confirmed: trial };
    trials.push(trial);
  }
  return { trials, confirmed: undefined };
}
