import type { FormReport } from "../events.ts";
import { formatMetric, formatTime } from "./format.ts";

/** Cells of forms under a header: what is told of every form, whoever lays it out. */
export interface FormTable {
  readonly header: readonly string[];
  /** A row a form, in their order. */
  readonly rows: readonly (readonly string[])[];
}

/** The thread counts that forms were timed at. */
export function threadCounts(forms: readonly FormReport[]): readonly number[] {
  return [...new Set(forms.flatMap(({ timings }) => timings.map(({ threads }) => threads)))];
}

/** Least time and speed of each form at each thread count; `-` where it was not timed. */
export function timingTable(forms: readonly FormReport[]): FormTable {
  const threads = threadCounts(forms);
  return {
    header: threads.flatMap((n) => [`min ${n}t`, `speed ${n}t`]),
    rows: forms.map(({ timings }) =>
      threads.flatMap((n) => {
        const timing = timings.find((candidate) => candidate.threads === n);
        return timing === undefined
          ? ["-", "-"]
          : [formatTime(timing.latency.minNs), `${timing.speed.ratio.toFixed(2)}x`];
      }),
    ),
  };
}

/** The metrics of each form; `missing` where one was not measured. */
export function accuracyTable(forms: readonly FormReport[], missing = "-"): FormTable {
  const header = [...new Set(forms.flatMap(({ accuracy }) => accuracy.map(({ metric }) => metric)))];
  return {
    header,
    rows: forms.map(({ accuracy }) =>
      header.map((metric) => {
        const found = accuracy.find((entry) => entry.metric === metric);
        return found === undefined ? missing : formatMetric(metric, found.value);
      }),
    ),
  };
}
