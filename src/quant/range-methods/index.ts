import type { Histogram } from "../histogram.ts";
import type { Range } from "../range.ts";
import { entropyRange } from "./entropy.ts";
import { minMaxRange } from "./min-max.ts";
import { mseRange } from "./mse.ts";
import { percentileRange } from "./percentile.ts";

/** A way to choose a range from what was observed. */
export interface RangeMethod {
  readonly name: string;
  /** One line for the report. */
  readonly summary: string;
  range(histogram: Histogram): Range;
}

/** The methods by name; `auto` tries the ones listed in `autoCandidates` and keeps the best for the model. */
export const rangeMethods = {
  minmax: { name: "minmax", summary: "the full observed range", range: minMaxRange },
  percentile: {
    name: "percentile",
    summary: "99.999 % of the observed values, equal tails cut",
    range: (histogram) => percentileRange(histogram, 99.999),
  },
  "percentile-99.99": {
    name: "percentile-99.99",
    summary: "99.99 % of the observed values, equal tails cut",
    range: (histogram) => percentileRange(histogram, 99.99),
  },
  entropy: {
    name: "entropy",
    summary: "least Kullback-Leibler divergence of the distribution",
    range: (histogram) => entropyRange(histogram),
  },
  mse: { name: "mse", summary: "least expected squared error", range: (histogram) => mseRange(histogram) },
} as const satisfies Readonly<Record<string, RangeMethod>>;

/** Name of a range method. */
export type RangeMethodName = keyof typeof rangeMethods;

/** What `auto` compares, the plainest first: at equal results the earlier one stays. */
export const autoCandidates: readonly RangeMethodName[] = [
  "minmax",
  "percentile",
  "percentile-99.99",
  "mse",
  "entropy",
];
