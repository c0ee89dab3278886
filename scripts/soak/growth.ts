/** A line through measurements. */
export interface Growth {
  /** Growth of y for each unit of x; NaN of fewer than two points. */
  readonly slope: number;
  /** 95 of 100 times the true slope lies within so much of `slope`; Infinity of fewer than four points. */
  readonly uncertainty: number;
}

/**
 * The median of the slopes between all pairs of points (Theil and Sen), which a single step or outlier hardly moves, with
 * an interval from the order of those slopes (Kendall's variance, so without a model of the noise).
 */
export function growthOf(points: readonly { readonly x: number; readonly y: number }[]): Growth {
  const slopes = points
    .flatMap((a, i) => points.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const { length } = slopes;
  const middle = length >> 1;
  const slope = length % 2 === 1 ? slopes[middle] : ((slopes[middle - 1] ?? Number.NaN) + (slopes[middle] ?? 0)) / 2;
  const n = points.length;
  const spread = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  if (spread >= length) return { slope: slope ?? Number.NaN, uncertainty: Infinity };
  const [low, high] = [Math.floor((length - spread) / 2), Math.ceil((length + spread) / 2)];
  const uncertainty = ((slopes[Math.min(high, length - 1)] ?? 0) - (slopes[Math.max(low, 0)] ?? 0)) / 2;
  return { slope: slope ?? Number.NaN, uncertainty };
}
