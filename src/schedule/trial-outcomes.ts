import type { Candidate, Emission } from "./candidate.ts";
import { candidateText, templateId } from "./candidate.ts";
import type { CrashWatch } from "./crash-watch.ts";
import type { Rejection } from "./measurer.ts";
import type { RaceOutcome } from "./successive-halving.ts";
import type { TrialBook, TriedKernel } from "./trial-book.ts";
import { failedKernel, timedKernel } from "./trial-book.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";

/** A candidate with its kernel. */
export type Emitted = Extract<Emission, { kind: "emitted" }>;

/** Work done in this run. */
export interface TrialCounts {
  /** Candidates tried, and those of them that failed. */
  readonly tried: number;
  readonly failed: number;
  readonly emitted: number;
  readonly emissionNs: number;
}

/** Where what became of candidates goes: counts, the task's book, events, the watch over crashes. */
export interface TrialOutcomes {
  readonly counts: TrialCounts;
  /** A kernel was asked of a template, which took so long. */
  countEmission(ns: number): void;
  /** A candidate is tried. */
  countTry(): void;
  reject(candidate: Candidate, status: TriedKernel["status"], code: string, detail: string): void;
  /** How a check of a kernel ended: undefined when it is right. */
  settleCheck(emission: Emitted, rejection: Rejection | undefined): void;
  /** How a race ended for a kernel; one that never ran in it is left as it was. */
  settleRace(emission: Emitted, outcome: RaceOutcome): void;
}

/** Opens the outcomes of a task in this run. */
export function openTrialOutcomes(
  task: TuningTask,
  { reporter }: Pick<TuningContext, "reporter">,
  book: TrialBook,
  crashes: CrashWatch,
): TrialOutcomes {
  const counts = { tried: 0, failed: 0, emitted: 0, emissionNs: 0 };
  const note = (tried: TriedKernel, detail?: string): void => {
    book.note(tried, detail);
    const { candidate, status, ns } = tried;
    reporter.handle({
      ...{ type: "trial", workload: task.label, threads: task.threads, candidate: candidateText(candidate), status },
      ...(ns === undefined ? {} : { ns }),
      ...(detail === undefined ? {} : { detail }),
    });
  };
  const reject: TrialOutcomes["reject"] = (candidate, status, code, detail) => {
    counts.failed++;
    note(failedKernel(candidate, status, code), detail);
  };
  const settleCheck: TrialOutcomes["settleCheck"] = ({ candidate, code }, rejection) => {
    const id = templateId(candidate.template);
    if (crashes.note(id, rejection !== undefined && rejection.status !== "verify"))
      reporter.handle({ type: "note", text: `${id} crashed too often and is tried no more in this run` });
    if (rejection !== undefined) reject(candidate, rejection.status, code, rejection.detail);
  };
  return {
    counts,
    countEmission: (ns) => {
      counts.emissionNs += ns;
      counts.emitted++;
    },
    countTry: () => void counts.tried++,
    reject,
    settleCheck,
    settleRace: (emission, { samples, rejection }) => {
      settleCheck(emission, rejection);
      if (rejection !== undefined || samples.ns.length === 0) return;
      const before = book.tried.find(({ code, isTwin }) => code === emission.code && !isTwin);
      note(timedKernel(emission, samples, before?.samples));
    },
  };
}
