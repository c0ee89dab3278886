export { formatBytes, formatMetric, formatTable, formatTime } from "./format.ts";
export { renderReport } from "./html/index.ts";
export { ndjsonReporter } from "./ndjson.ts";
export type { PlainOptions } from "./plain.ts";
export { plainReporter } from "./plain.ts";
