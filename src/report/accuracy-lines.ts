import type { CompileEvent } from "../events.ts";
import { counted, formatMetric } from "./format.ts";

type AccuracyEvent = Extract<CompileEvent, { type: "accuracy" }>;

/** Gathers the metrics of one form, which come one by one, into one line. */
export interface AccuracyLines {
  add(event: AccuracyEvent): void;
  /** Writes what was gathered: before any other line. */
  flush(): void;
}

/** Metrics that come in one go make one line; what nobody flushes is written when that is over. */
export function gatherAccuracy(line: (text: string) => void): AccuracyLines {
  let gathered: AccuracyEvent[] = [];
  const flush = (): void => {
    const [first] = gathered;
    if (first === undefined) return;
    const metrics = gathered.map(
      ({ metric, value, detail }) =>
        `${metric} ${formatMetric(metric, value)}${detail === undefined ? "" : ` (${detail})`}`,
    );
    gathered = [];
    line(`   ${first.form}: ${metrics.join(", ")} on ${counted(first.samples, "sample")}`);
  };
  return {
    flush,
    add: (event) => {
      const [first] = gathered;
      if (first !== undefined && (first.form !== event.form || first.samples !== event.samples)) flush();
      if (gathered.length === 0) queueMicrotask(flush);
      gathered.push(event);
    },
  };
}
