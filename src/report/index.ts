export { formatBytes, formatMetric, formatTable, formatTime } from "./format.ts";
export { ndjsonReporter } from "./ndjson.ts";
export type { PlainOptions } from "./plain.ts";
export { plainReporter } from "./plain.ts";
