import type { Kernel } from "../codegen/index.ts";
import { trialScore } from "./cache.ts";
import type { Candidate, Emission } from "./candidate.ts";
import { candidateText, emitCandidate, templateId } from "./candidate.ts";
import { pointText } from "./key.ts";
import type { KernelSamples } from "./kernel-samples.ts";
import { joinSamples, timesOf } from "./kernel-samples.ts";
import type { TrialRecord } from "./record.ts";
import type { TriedCandidate } from "./search/search.ts";
import type { Template } from "./template.ts";
import type { TuningRecords, TuningTask } from "./tuning-task.ts";
import { taskTrialKey } from "./tuning-task.ts";

/** A candidate with what is known of it. */
export interface TriedKernel extends TriedCandidate {
  readonly status: TrialRecord["status"];
  readonly code: string;
  readonly kernel: Kernel | undefined;
  /** Least nanoseconds; undefined for a failure. */
  readonly ns: number | undefined;
  /** Samples of this run; undefined when they come from the records. */
  readonly samples: KernelSamples | undefined;
  /** Another candidate has the same code and was timed in its place: no trial of its own. */
  readonly isTwin: boolean;
}

/** A candidate that timed out is tried once more. */
const timeoutsAllowed = 2;

/** Trials of a task with one of its templates, best first: those timed the same way, and failures. */
export function trialsOf(task: TuningTask, template: Template, records: TuningRecords): readonly TrialRecord[] {
  const trials = records.cache.trials(taskTrialKey(task, template, records));
  return trials.filter(({ ns }) => ns === undefined || ns.mode === records.mode);
}

/**
 * What the records tell about a task: for each point the trial with most samples, or its failure. Trials of other code
 * than the templates emit now count for nothing.
 */
export function triedBefore(task: TuningTask, records: TuningRecords): TriedKernel[] {
  return task.templates.flatMap((template) => {
    const byPoint = new Map<string, TrialRecord[]>();
    for (const trial of trialsOf(task, template, records)) {
      const text = pointText(trial.point);
      byPoint.set(text, [...(byPoint.get(text) ?? []), trial]);
    }
    return [...byPoint.values()].flatMap((trials) => {
      const candidate = { template, point: (trials[0] as TrialRecord).point };
      const emission = emitCandidate(candidate, task, records.device);
      const found = summarize(trials, emission);
      return found === undefined ? [] : [found];
    });
  });
}

/** Among trials of one point in the cache's order the one with most samples that has a time; ties by rank. */
export function mostSampled(trials: readonly TrialRecord[]): TrialRecord | undefined {
  return trials
    .filter((trial) => Number.isFinite(trialScore(trial)))
    .sort((a, b) => (b.ns?.n ?? 0) - (a.ns?.n ?? 0))[0];
}

function summarize(trials: readonly TrialRecord[], emission: Emission): TriedKernel | undefined {
  const { candidate } = emission;
  const failed = { candidate, score: Infinity, ns: undefined, samples: undefined, isTwin: false } as const;
  if (emission.kind === "failed")
    return trials.some(({ status }) => status === "emit")
      ? { ...failed, status: "emit", code: "", kernel: undefined }
      : undefined;
  const { code, kernel } = emission;
  const same = trials.filter((trial) => trial.code === code);
  const wrong = same.find(({ status }) => status === "verify" || status === "run");
  if (wrong !== undefined) return { ...failed, status: wrong.status, code, kernel };
  const timed = mostSampled(same);
  if (timed !== undefined)
    return { ...failed, status: "ok", code, kernel, score: trialScore(timed), ns: timed.ns?.min };
  const timeouts = same.filter(({ status }) => status === "timeout").length;
  return timeouts < timeoutsAllowed ? undefined : { ...failed, status: "timeout", code, kernel };
}

/** Trials of one task: those of the records, and those that are added and written at once. */
export interface TrialBook {
  readonly tried: readonly TriedKernel[];
  /** Adds a candidate, or replaces what was known of it; writes a record unless it is a twin. */
  note(tried: TriedKernel, detail?: string): void;
}

/** Opens the book of a task. */
export function openTrialBook(
  task: TuningTask,
  records: TuningRecords,
  stamp: { readonly tool: string; readonly now: () => string },
): TrialBook {
  const byText = new Map(triedBefore(task, records).map((tried) => [candidateText(tried.candidate), tried]));
  const { cache, device, toolchain, mode } = records;
  return {
    get tried() {
      return [...byText.values()];
    },
    note: (tried, detail) => {
      const { candidate, code, status, samples } = tried;
      byText.set(candidateText(candidate), tried);
      if (tried.isTwin) return;
      cache.append([
        {
          ...{ v: 1, kind: "trial", at: stamp.now(), tool: stamp.tool },
          key: taskTrialKey(task, candidate.template, records),
          workload: task.workload,
          template: templateId(candidate.template),
          ...{ device, toolchain, threads: task.threads, point: candidate.point, code, status },
          ...(samples === undefined ? {} : timesOf(samples, mode)),
          ...(detail === undefined ? {} : { detail }),
        },
      ]);
    },
  };
}

/** A candidate that was timed, with what was known of it before where that is of this run. */
export function timedKernel(
  emission: Extract<Emission, { kind: "emitted" }>,
  samples: KernelSamples,
  before: KernelSamples | undefined,
): TriedKernel {
  const all = before === undefined ? samples : joinSamples(before, samples);
  const { ns, reference } = timesOf(all, "cold");
  const { candidate, code, kernel } = emission;
  const score = ns.min / reference.ns;
  return { candidate, code, kernel, status: "ok", score, ns: ns.min, samples: all, isTwin: false };
}

/** A candidate that is not tried because another has its code (`of`), or because its template is out. */
export function untriedKernel(candidate: Candidate, of: { readonly score?: number } = {}): TriedKernel {
  return { ...failedKernel(candidate, "run", ""), score: of.score ?? Infinity, isTwin: true };
}

/** A candidate that failed. */
export function failedKernel(candidate: Candidate, status: TrialRecord["status"], code: string): TriedKernel {
  return {
    candidate,
    code,
    kernel: undefined,
    status,
    score: Infinity,
    ns: undefined,
    samples: undefined,
    isTwin: false,
  };
}
