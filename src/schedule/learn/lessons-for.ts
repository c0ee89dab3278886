import { templateId } from "../candidate.ts";
import { canonicalJson } from "../canonical-json.ts";
import { trialScore } from "../cache.ts";
import { workloadDistance } from "../nearest.ts";
import type { TrialRecord } from "../record.ts";
import type { TuningRecords, TuningTask } from "../tuning-task.ts";
import type { Lesson } from "./lesson.ts";

/** Lessons of the nearest workloads at most: more would cost more to learn from than they tell. */
const mostLessons = 1200;

/**
 * The trials of other workloads in the records that were timed like the task's own: same operation, device, toolchain
 * and threads, with one of its templates. Nearest workloads first; the order of the records plays no part.
 */
export function lessonsFor(task: TuningTask, records: TuningRecords): readonly Lesson[] {
  const { cache, device, mode, toolchain } = records;
  const byId = new Map(task.templates.map((template) => [templateId(template), template]));
  const here = canonicalJson({ device: { ...device }, toolchain });
  const own = canonicalJson(task.workload);
  const found = new Map<string, Lesson>();
  for (const trial of cache.records) {
    if (trial.kind !== "trial" || trial.workload.op !== task.workload.op || trial.threads !== task.threads) continue;
    const template = byId.get(trial.template);
    if (template === undefined || !isTimedLike(trial, mode) || !template.matches(trial.workload, device)) continue;
    const workload = canonicalJson(trial.workload);
    if (workload === own || canonicalJson({ device: { ...trial.device }, toolchain: trial.toolchain }) !== here)
      continue;
    const predicted = template.cost(trial.workload, trial.point, device);
    if (!(predicted > 0) || !Number.isFinite(predicted)) continue;
    const lesson: Lesson = {
      workload: trial.workload,
      candidate: { template, point: trial.point },
      predicted,
      score: trialScore(trial),
      distance: workloadDistance(task.workload, trial.workload),
    };
    const key = `${workload} ${trial.template} ${canonicalJson({ ...trial.point })}`;
    const known = found.get(key);
    if (known === undefined || lesson.score < known.score) found.set(key, lesson);
  }
  return [...found]
    .sort(([p, a], [q, b]) => a.distance - b.distance || (p < q ? -1 : 1))
    .slice(0, mostLessons)
    .map(([, lesson]) => lesson);
}

function isTimedLike(trial: TrialRecord, mode: TuningRecords["mode"]): boolean {
  return trial.status === "ok" && trial.ns?.mode === mode && Number.isFinite(trialScore(trial));
}
