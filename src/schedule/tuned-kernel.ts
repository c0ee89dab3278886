import type { Kernel } from "../codegen/index.ts";
import type { EarlyEnd, TuningSummary } from "../events.ts";
import type { Candidate } from "./candidate.ts";
import { candidateText, emitCandidate } from "./candidate.ts";
import { chooseCandidate } from "./choose-candidate.ts";
import { describeEnd } from "./search-time.ts";
import type { TriedKernel } from "./trial-book.ts";
import { mostSampled, triedBefore, trialsOf } from "./trial-book.ts";
import type { TuningRecords, TuningTask } from "./tuning-task.ts";
import { taskChoiceKey } from "./tuning-task.ts";

/** What a workload is computed by. */
export interface TunedKernel {
  readonly task: TuningTask;
  /** Undefined when every candidate is known to fail: the layer stays as it was. */
  readonly found: { readonly candidate: Candidate; readonly kernel: Kernel; readonly code: string } | undefined;
  readonly ns: number | undefined;
  readonly seedNs: number | undefined;
  /** Least nanoseconds of a call that the task's `sharedThreads` share. */
  readonly sharedNs: number | undefined;
  /** See `TuningContext.measureBounds`; 0 when it is not known. */
  readonly boundNs: number;
  /** How far the best was from itself under two names, as a share; absent without a final race. */
  readonly noise?: number;
  readonly source: TuningSummary["source"];
  readonly reason: string;
  /** What ended the search before it was done; then no choice is recorded. Absent where nothing did. */
  readonly endedBy?: EarlyEnd;
}

/** What events and reports tell of it; `tried` and `failed` count candidates of this run. */
export function summarizeTuned(tuned: TunedKernel, tried = 0, failed = 0): TuningSummary {
  const { task, found, ns, seedNs, sharedNs, boundNs, noise, source, reason } = tuned;
  return {
    workload: task.label,
    threads: task.threads,
    uses: task.uses,
    candidate: found === undefined ? undefined : candidateText(found.candidate),
    ns,
    seedNs,
    ...(task.sharedThreads === undefined || sharedNs === undefined
      ? {}
      : { shared: { threads: task.sharedThreads, ns: sharedNs } }),
    // Without a measured peak the bound is 0.
    peakShare: ns === undefined || boundNs === 0 ? undefined : boundNs / ns,
    ...(noise === undefined ? {} : { noise }),
    ...{ source, tried, failed, reason },
  };
}

/** The templates' own candidates, the preferred one first. */
function seedsOf(task: TuningTask, { device }: TuningRecords): readonly Candidate[] {
  return task.templates.map((template) => ({ template, point: template.seed(task.workload, device) }));
}

/**
 * The choice of an earlier run that could try at least `candidates`, where its trial is in the records and the templates
 * still emit the same code; undefined otherwise. Measures nothing.
 */
export function replayedKernel(task: TuningTask, records: TuningRecords, candidates: number): TunedKernel | undefined {
  const { cache, device } = records;
  const choices = cache.choices(taskChoiceKey(task, records));
  for (const choice of choices) {
    const { chosen, reason, seedNs, sharedNs, noise, boundNs = 0 } = choice;
    if ((choice.candidates ?? 0) < candidates) break;
    for (const template of task.templates) {
      const trials = trialsOf(task, template, records).filter(
        ({ point }) => candidateText({ template, point }) === chosen,
      );
      const trial = mostSampled(trials);
      if (trial === undefined) continue;
      const candidate = { template, point: trial.point };
      const emission = emitCandidate(candidate, task, device);
      if (emission.kind === "failed" || emission.code !== trial.code) continue;
      const found = { candidate, kernel: emission.kernel, code: emission.code };
      const ns = choice.ns ?? trial.ns?.min;
      const told = noise === undefined ? {} : { noise };
      return { task, found, ns, seedNs, sharedNs, boundNs, ...told, source: "replayed", reason };
    }
  }
  return undefined;
}

/** The best that is known without measuring: a choice of the records, else {@link bestKernel} of their trials. */
export function knownKernel(task: TuningTask, records: TuningRecords): TunedKernel {
  return replayedKernel(task, records, 1) ?? bestKernel(task, records, triedBefore(task, records), "records");
}

/** What was found, with what ended the search before it was done. */
export function cutShort(tuned: TunedKernel, endedBy: EarlyEnd | undefined): TunedKernel {
  return endedBy === undefined ? tuned : { ...tuned, endedBy, reason: `${tuned.reason}; ${describeEnd(endedBy)}` };
}

/** The best of what was tried; without any, the first seed that is not known to fail. */
export function bestKernel(
  task: TuningTask,
  records: TuningRecords,
  all: readonly TriedKernel[],
  source: TunedKernel["source"],
): TunedKernel {
  const tried = all.filter(({ isTwin }) => !isTwin);
  const seeds = seedsOf(task, records);
  const seedTexts = seeds.map(candidateText);
  const textOf = (other: TriedKernel): string => candidateText(other.candidate);
  const seedNs = tried.find((other) => textOf(other) === seedTexts[0])?.ns;
  const unknown = { sharedNs: undefined, boundNs: 0 };
  const best = chooseCandidate(tried, seedTexts, 0);
  if (best?.kernel !== undefined) {
    const { candidate, kernel, code, ns } = best;
    const reason = `best of ${tried.length} candidates, without a final race`;
    return { task, found: { candidate, kernel, code }, ns, seedNs, ...unknown, source, reason };
  }
  const failed = new Set(tried.map(textOf));
  for (const candidate of seeds) {
    if (failed.has(candidateText(candidate))) continue;
    const emission = emitCandidate(candidate, task, records.device);
    if (emission.kind === "failed") continue;
    const found = { candidate, kernel: emission.kernel, code: emission.code };
    return { task, found, ns: undefined, seedNs, ...unknown, source: "seed", reason: "not measured" };
  }
  return { task, found: undefined, ns: undefined, seedNs, ...unknown, source: "seed", reason: "every seed failed" };
}
