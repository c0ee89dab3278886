/** Difference of two accuracies measured on the same samples, with its confidence interval; shares, not percent. */
export interface PairedDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** The normal quantile of a two-sided 95 % interval. */
const z95 = 1.959964;

/**
 * 95 % interval of accuracy(after) − accuracy(before) from the samples on which the two differ: the adjusted Wald
 * interval for paired proportions (Bonett and Price, J. Educ. Behav. Stat. 37(4), 2012), which adds one to each
 * discordant count and so holds its level for small counts.
 */
export function pairedDifference(gained: number, lost: number, samples: number): PairedDifference {
  const up = (gained + 1) / (samples + 2);
  const down = (lost + 1) / (samples + 2);
  const centre = up - down;
  const half = z95 * Math.sqrt((up + down - centre * centre) / (samples + 2));
  return {
    difference: samples === 0 ? 0 : (gained - lost) / samples,
    low: Math.max(-1, centre - half),
    high: Math.min(1, centre + half),
    samples,
  };
}
