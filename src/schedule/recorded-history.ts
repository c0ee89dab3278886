import type { TuningHistory } from "../events.ts";
import type { TrialRecord } from "./record.ts";
import type { TuningRecords, TuningTask } from "./tuning-task.ts";
import { taskTrialKey } from "./tuning-task.ts";

/**
 * How the searches for a task went, by the trials that the records hold: a history for each of its numbers of threads that
 * was searched, as the runs that made them told it. Records that were cut to their best trials tell less.
 */
export function recordedHistories(task: TuningTask, records: TuningRecords): readonly TuningHistory[] {
  const { threads, sharedThreads } = task;
  const counts = sharedThreads === undefined ? [threads] : [threads, sharedThreads];
  return counts.flatMap((count) => historyOf({ ...task, threads: count }, records) ?? []);
}

function historyOf(task: TuningTask, records: TuningRecords): TuningHistory | undefined {
  const keys = new Set(task.templates.map((template) => taskTrialKey(task, template, records)));
  const trials = records.cache.records
    .filter((record): record is TrialRecord => record.kind === "trial" && keys.has(record.key))
    .filter(({ ns }) => ns === undefined || ns.mode === records.mode)
    // Stable: trials of one moment stay in the order in which they were written.
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const last = trials.at(-1);
  if (last === undefined) return undefined;
  const best: TuningHistory["best"][number][] = [];
  for (const [index, { ns }] of trials.entries())
    if (ns !== undefined && ns.min < (best.at(-1)?.ns ?? Infinity)) best.push({ after: index + 1, ns: ns.min });
  const failed = trials.filter(({ status }) => status !== "ok").length;
  return { workload: task.label, threads: task.threads, tried: trials.length, failed, best, recordedAt: last.at };
}
