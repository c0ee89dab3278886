import { trialScore } from "./cache.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Json } from "./canonical-json.ts";
import { pointText } from "./key.ts";
import type { ScheduleRecord, TrialRecord, Workload } from "./record.ts";

/** What a cache holds of one device. */
export interface DeviceSummary {
  /** Name, threads and instruction sets. */
  readonly device: string;
  readonly trials: number;
  readonly failures: number;
  /** Workloads that were measured. */
  readonly workloads: number;
  readonly proofs: number;
  readonly tools: readonly string[];
  /** ISO 8601 times of the oldest and the newest record. */
  readonly oldest: string;
  readonly newest: string;
}

/** What a cache holds of one workload under one key. */
export interface WorkloadSummary {
  readonly key: string;
  readonly workload: Workload;
  readonly template: string;
  readonly threads: number | undefined;
  readonly tried: number;
  readonly failed: number;
  /** The best trial by its time against the reference loop; undefined where all failed. */
  readonly best: { readonly point: string; readonly ns: number; readonly mode: string } | undefined;
}

const textOf = (value: object): string => canonicalJson(value as Json);

/** Trials and proofs by device, most first. Choices are not counted: few of them name a device. */
export function summarizeDevices(records: readonly ScheduleRecord[]): readonly DeviceSummary[] {
  const groups = new Map<string, Exclude<ScheduleRecord, { kind: "choice" }>[]>();
  for (const record of records)
    if (record.kind !== "choice")
      groups.set(textOf(record.device), [...(groups.get(textOf(record.device)) ?? []), record]);
  return [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .map((group) => {
      const { device } = group[0] as TrialRecord;
      const trials = group.filter((record): record is TrialRecord => record.kind === "trial");
      const times = group.map(({ at }) => at).sort();
      return {
        device: `${device.name}, ${device.threads} threads, ${(device.isa ?? []).join(" ")}`,
        trials: trials.length,
        failures: trials.filter(({ status }) => status !== "ok").length,
        workloads: new Set(trials.map(({ workload }) => textOf(workload))).size,
        proofs: group.length - trials.length,
        tools: [...new Set(group.map(({ tool }) => tool))].sort(),
        oldest: times[0] ?? "",
        newest: times.at(-1) ?? "",
      };
    });
}

/** Trials by key, those with most trials first. */
export function summarizeWorkloads(records: readonly ScheduleRecord[]): readonly WorkloadSummary[] {
  const groups = new Map<string, TrialRecord[]>();
  for (const record of records)
    if (record.kind === "trial") groups.set(record.key, [...(groups.get(record.key) ?? []), record]);
  return [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([key, trials]) => {
      const [first] = trials as [TrialRecord];
      const best = trials.reduce((a, b) => (trialScore(b) < trialScore(a) ? b : a));
      return {
        ...{ key, workload: first.workload, template: first.template, threads: first.threads },
        tried: trials.length,
        failed: trials.filter(({ status }) => status !== "ok").length,
        best:
          best.status === "ok" && best.ns !== undefined
            ? { point: pointText(best.point), ns: best.ns.min, mode: best.ns.mode }
            : undefined,
      };
    });
}
