export { renderAnnotation } from "./annotations.ts";
export { renderChecksJunit, renderChecksSummary } from "./checks.ts";
export {
  counted,
  formatAge,
  formatBytes,
  formatEnergy,
  formatMetric,
  formatMiss,
  formatTable,
  formatTime,
} from "./format.ts";
export { renderReport } from "./html/index.ts";
export { renderJobSummary } from "./job-summary.ts";
export { renderJunit } from "./junit.ts";
export { ndjsonReporter } from "./ndjson.ts";
export type { Outcome } from "./outcome.ts";
export type { PlainOptions } from "./plain.ts";
export { plainReporter } from "./plain.ts";
