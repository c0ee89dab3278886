import type { CandidatePool, Lesson, TuningContext, TuningTask } from "../../src/schedule/index.ts";
import {
  lessonsFor,
  makeCandidatePool,
  makeScheduleCache,
  nearestPoints,
  taskTrialKey,
  templateId,
} from "../../src/schedule/index.ts";
import type { SearchWorkload } from "./workloads.ts";
import { contenders, controls, teacher } from "./contenders.ts";
import type { Experience } from "./replay-search.ts";
import { replaySearch } from "./replay-search.ts";
import type { TimingTable } from "./timing-table.ts";

/** Trials of each other workload in a cache that is not empty: those of the default effort. */
const LESSON_TRIALS = 24;

/** Nearest workloads whose best points seed a search, as in the tuner. */
const RELATED = 3;

/** A workload with its space and its times. */
export interface Subject {
  readonly entry: SearchWorkload;
  readonly task: TuningTask;
  readonly pool: CandidatePool;
  readonly table: TimingTable;
}

/** What a search begins with: nothing, or trials of the other workloads. */
export type Cache = "empty" | "others";

/** How a search went on one workload: one curve a seed. */
export interface Curves {
  readonly workload: string;
  readonly search: string;
  readonly cache: Cache;
  /** Least scores after each of the numbers of trials, by seed. */
  readonly best: readonly (readonly number[])[];
  /** Milliseconds to choose one candidate. */
  readonly proposeMs: number;
}

/** The trials that a tuner with the default effort would leave of each workload, as lessons for the others. */
export async function teach(
  subjects: readonly Subject[],
  context: TuningContext,
): Promise<(subject: Subject) => Experience> {
  const { device, toolchain, mode } = context;
  const cache = makeScheduleCache([]);
  for (const { task, pool, table } of subjects) {
    const { tried } = await replaySearch(teacher, pool, table, { related: [], lessons: [] }, LESSON_TRIALS, 1);
    for (const { candidate, score } of tried.filter((one) => Number.isFinite(one.score)))
      cache.append([
        {
          ...{ v: 1, kind: "trial", at: context.now(), tool: context.tool, workload: task.workload, device, toolchain },
          ...{ key: taskTrialKey(task, candidate.template, context), template: templateId(candidate.template) },
          ...{ threads: task.threads, point: candidate.point, code: "", status: "ok", reference: { ns: 1 } },
          ns: { min: score, median: score, p90: score, n: 1, mode },
        },
      ]);
  }
  return ({ task, pool }) => {
    const own = task.workload;
    const others = makeScheduleCache(
      cache.records.filter((record) => record.kind === "trial" && record.workload !== own),
    );
    const templates = task.templates.map(templateId);
    const related = nearestPoints(task, templates, others.records, RELATED).flatMap(
      ({ template, point }) => pool.snap(template, point) ?? [],
    );
    const lessons: readonly Lesson[] = lessonsFor(task, { ...context, cache: others });
    return { related, lessons };
  };
}

/** Lets every search choose kernels of one workload. */
export async function compareSearches(
  { entry, pool, table }: Subject,
  experience: Experience,
  trials: readonly number[],
  seeds: number,
): Promise<readonly Curves[]> {
  const curves: Curves[] = [];
  const caches = { empty: { related: [], lessons: [] }, others: experience } as const;
  for (const [cache, known] of Object.entries(caches) as [Cache, Experience][])
    for (const search of cache === "empty" ? [...contenders, ...controls] : contenders) {
      const best: number[][] = [];
      let proposeMs = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const run = await replaySearch(search, pool, table, known, Math.max(...trials), seed);
        proposeMs += run.proposeMs / Math.max(1, run.tried.length) / seeds;
        best.push(trials.map((count) => Math.min(...run.tried.slice(0, count).map(({ score }) => score))));
      }
      curves.push({ workload: entry.name, search: search.name, cache, best, proposeMs });
    }
  return curves;
}

/** A subject of a task. */
export function makeSubject(
  entry: SearchWorkload,
  task: TuningTask,
  table: TimingTable,
  context: TuningContext,
): Subject {
  return { entry, task, table, pool: makeCandidatePool(task.workload, task.templates, context.device) };
}
