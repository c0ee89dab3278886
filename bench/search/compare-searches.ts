import { seededRandom } from "../../src/measure/index.ts";
import type { Candidate, CandidatePool, Lesson, TuningContext, TuningTask } from "../../src/schedule/index.ts";
import {
  lessonsFor,
  makeCandidatePool,
  makeScheduleCache,
  nearestPoints,
  taskTrialKey,
  templateId,
} from "../../src/schedule/index.ts";
import { inRandomOrder } from "../../src/schedule/search/proposal.ts";
import type { SearchWorkload } from "./workloads.ts";
import { contenders, predictions, teacher } from "./contenders.ts";
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
  /** Points drawn from the space, or all of it. */
  readonly sample: readonly Candidate[];
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

/** Draws of the random control. */
const RANDOM_DRAWS = 100;

/** What random search finds: orders of the sample drawn at random, which was drawn from the space at random. */
async function drawAtRandom({ entry, table, sample }: Subject, trials: readonly number[]): Promise<Curves> {
  const entries = await table.lookUp(sample);
  const kernels = [...new Map(entries.map((known) => [known.code, known.score])).values()];
  const best = Array.from({ length: RANDOM_DRAWS }, (_, seed) => {
    const order = [...inRandomOrder(kernels, seededRandom(seed))];
    return trials.map((count) => Math.min(...order.slice(0, count)));
  });
  return { workload: entry.name, search: "random", cache: "empty", best, proposeMs: 0 };
}

/** Lets every search choose kernels of one workload. */
export async function compareSearches(
  subject: Subject,
  experience: Experience,
  trials: readonly number[],
  seeds: number,
): Promise<readonly Curves[]> {
  const { entry, pool, table } = subject;
  const curves: Curves[] = [];
  const caches = { empty: { related: [], lessons: [] }, others: experience } as const;
  for (const [cache, known] of Object.entries(caches) as [Cache, Experience][])
    for (const search of cache === "empty" ? [...contenders, predictions] : contenders) {
      const best: number[][] = [];
      let proposeMs = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const run = await replaySearch(search, pool, table, known, Math.max(...trials), seed);
        proposeMs += run.proposeMs / Math.max(1, run.tried.length) / seeds;
        best.push(trials.map((count) => Math.min(...run.tried.slice(0, count).map(({ score }) => score))));
      }
      curves.push({ workload: entry.name, search: search.name, cache, best, proposeMs });
    }
  return [...curves, await drawAtRandom(subject, trials)];
}

/** A subject of a task: `most` points of its space are its sample, all of them where there are no more. */
export function makeSubject(
  entry: SearchWorkload,
  task: TuningTask,
  table: TimingTable,
  context: TuningContext,
  most: number,
): Subject {
  const pool = makeCandidatePool(task.workload, task.templates, context.device);
  const random = seededRandom(1);
  const sample =
    pool.ranked.length <= most
      ? pool.ranked
      : Array.from({ length: most }, () => pool.ranked[Math.floor(random() * pool.ranked.length)] as Candidate);
  return { entry, task, table, pool, sample };
}
