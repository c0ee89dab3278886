/** Which rounds of a race count. */
export interface QuietRounds {
  /** Indices of the rounds kept, ascending. */
  readonly kept: readonly number[];
  /** Median deviation of the reference loop from its best, as a share: the noise of the machine. */
  readonly noise: number;
}

/**
 * Keeps the rounds whose reference loop took at most `1 + tolerance` times its best. When fewer than `least` (or all, of
 * fewer) would be left, the quieter half stays.
 */
export function quietRounds(referenceNs: readonly number[], tolerance: number, least = 2): QuietRounds {
  const best = referenceNs.reduce((a, b) => Math.min(a, b), Infinity);
  const deviations = referenceNs.map((ns) => ns / best - 1);
  const sorted = [...deviations].sort((a, b) => a - b);
  const noise = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const quiet = deviations.filter((deviation) => deviation <= tolerance).length;
  const limit = quiet >= Math.min(least, referenceNs.length) ? tolerance : noise;
  return { kept: deviations.flatMap((deviation, i) => (deviation <= limit ? [i] : [])), noise };
}
