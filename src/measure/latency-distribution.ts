import { quantile } from "./statistics.ts";

/** Spread of one timed thing, in nanoseconds, with the percentiles that were asked for. */
export interface LatencyDistribution {
  readonly samples: number;
  readonly minNs: number;
  readonly meanNs: number;
  readonly medianNs: number;
  readonly maxNs: number;
  /** By name, such as `p99`, in the order asked for. */
  readonly percentiles: Readonly<Record<string, number>>;
}

/** The percentiles that trtexec prints, and the far end. */
export const usualPercentiles: readonly number[] = [50, 90, 95, 99];

/** Describes a sample of nanoseconds; percentages from 0 to 100, fractions too (`p99.9`). NaN for an empty sample. */
export function describeLatency(samples: readonly number[], percentages: readonly number[]): LatencyDistribution {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number): number => quantileOfSorted(sorted, share);
  const sum = sorted.reduce((total, ns) => total + ns, 0);
  return {
    samples: sorted.length,
    minNs: at(0),
    meanNs: sum / sorted.length,
    medianNs: at(0.5),
    maxNs: at(1),
    percentiles: Object.fromEntries(percentages.map((percentage) => [`p${percentage}`, at(percentage / 100)])),
  };
}

/** As {@link quantile}, of what is in order already. */
function quantileOfSorted(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return quantile([...sorted.subarray(low, Math.min(low + 2, sorted.length))], at - low);
}
