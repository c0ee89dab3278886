import type { Histogram } from "../histogram.ts";
import { observedRange } from "../histogram.ts";
import type { Range } from "../range.ts";

/** The full range observed. */
export function minMaxRange(histogram: Histogram): Range {
  return observedRange(histogram);
}
