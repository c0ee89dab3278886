import type { FormReport, SpeedFigures } from "../events.ts";
import { formatBytes, formatCost, formatEnergy, formatMetric, formatTime } from "./format.ts";

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

/** A speed against the original with its 95 % interval. */
export interface ShownSpeed {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The speed that is told, which is the one that forms are chosen by: the median over rounds of the ratio within a round.
 * The ratio of minima is in report.json beside it.
 */
export function shownSpeed({ paired, low, high, pairedLow = low, pairedHigh = high }: SpeedFigures): ShownSpeed {
  return { ratio: paired, low: pairedLow, high: pairedHigh };
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
          : [formatTime(timing.latency.minNs), `${shownSpeed(timing.speed).ratio.toFixed(2)}x`];
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

/** Memory of a session, energy and cost of each form, as far as they are known. */
export function resourceTable(forms: readonly FormReport[]): FormTable {
  const columns = [
    { header: "memory", cell: ({ memoryBytes }: FormReport) => shown(memoryBytes, formatBytes) },
    {
      header: isEstimate(forms) ? "energy (estimate)" : "energy",
      cell: ({ energy }: FormReport) => shown(energy?.uj, formatEnergy),
    },
    { header: "cost/1M", cell: (form: FormReport) => shown(leastCost(form)?.cost, formatCost) },
  ];
  const known = columns.filter(({ cell }) => forms.some((form) => cell(form) !== "-"));
  return {
    header: known.map(({ header }) => header),
    rows: forms.map((form) => known.map(({ cell }) => cell(form))),
  };
}

/** Whether energies are measured or estimated: of all forms they are the same. */
export function isEstimate(forms: readonly FormReport[]): boolean {
  return forms.some(({ energy }) => energy?.source === "estimate");
}

/** What a million inferences cost at the thread count at which they cost least. */
export function leastCost({ timings }: FormReport): { readonly cost: number; readonly threads: number } | undefined {
  const costs = timings.flatMap(({ threads, costPerMillion }) =>
    costPerMillion === undefined ? [] : { cost: costPerMillion, threads },
  );
  return costs.sort((a, b) => a.cost - b.cost)[0];
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? "-" : format(value);
}
