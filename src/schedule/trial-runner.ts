import { quietRounds, underTheClock } from "../measure/index.ts";
import type { Candidate, Emission } from "./candidate.ts";
import { candidateText, emitCandidate, templateId } from "./candidate.ts";
import type { CrashWatch } from "./crash-watch.ts";
import type { KernelCase, Rejection, WorkloadCase } from "./measurer.ts";
import type { RaceOutcome, RaceStage } from "./successive-halving.ts";
import { raceKernels } from "./successive-halving.ts";
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

/** Emits, checks and times candidates of one task, and notes all outcomes in its book. */
export interface TrialRunner {
  readonly counts: TrialCounts;
  /** A candidate's kernel; undefined, and noted, when it has none. */
  emit(candidate: Candidate): Emitted | undefined;
  /** Those that give right results on every case of the task. */
  verify(emissions: readonly Emitted[]): Promise<readonly Emitted[]>;
  /** Races kernels that were verified; one outcome each, in order. The same kernel may run under two names. */
  race(emissions: readonly Emitted[], stages: readonly RaceStage[]): Promise<readonly RaceOutcome[]>;
}

/** Makes the runner of a task. */
export function makeTrialRunner(
  task: TuningTask,
  context: TuningContext,
  book: TrialBook,
  crashes: CrashWatch,
): TrialRunner {
  const { reporter, measurer, signal, clock } = context;
  const counts = { tried: 0, failed: 0, emitted: 0, emissionNs: 0 };
  const tell = (tried: TriedKernel, detail?: string): void => {
    const { candidate, status, ns } = tried;
    reporter.handle({
      type: "trial",
      workload: task.label,
      threads: task.threads,
      candidate: candidateText(candidate),
      status,
      ...(ns === undefined ? {} : { ns }),
      ...(detail === undefined ? {} : { detail }),
    });
  };
  const reject = (candidate: Candidate, status: TriedKernel["status"], code: string, detail: string): void => {
    counts.failed++;
    const tried = failedKernel(candidate, status, code);
    book.note(tried, detail);
    tell(tried, detail);
  };
  const noteCrash = ({ candidate }: Emitted, rejection: Rejection | undefined): void => {
    const id = templateId(candidate.template);
    if (crashes.note(id, rejection !== undefined && rejection.status !== "verify"))
      reporter.handle({ type: "note", text: `${id} crashed too often and is tried no more in this run` });
  };
  const settle = (emission: Emitted, { samples, rejection }: RaceOutcome): void => {
    noteCrash(emission, rejection);
    if (rejection !== undefined) {
      reject(emission.candidate, rejection.status, emission.code, rejection.detail);
    } else if (samples.ns.length > 0) {
      const before = book.tried.find(({ code, isTwin }) => code === emission.code && !isTwin);
      const tried = timedKernel(emission, samples, before?.samples);
      book.note(tried);
      tell(tried);
    }
  };
  const caseOf = ({ candidate, kernel }: Emitted, index: number): KernelCase => ({
    ...(task.cases()[index] as WorkloadCase),
    kernel,
    correctness: candidate.template.correctness,
  });

  return {
    counts,
    emit: (candidate) => {
      const start = clock.now();
      const emission = emitCandidate(candidate, task, context.device);
      counts.emissionNs += clock.now() - start;
      counts.emitted++;
      if (emission.kind === "emitted") return emission;
      counts.tried++;
      reject(candidate, "emit", "", emission.detail);
      return undefined;
    },
    verify: async (emissions) => {
      counts.tried += emissions.length;
      let left = emissions;
      for (let index = 0; index < task.cases().length && left.length > 0; index++) {
        const kernels = left.map((emission) => caseOf(emission, index));
        const answers = await measurer.verify(kernels, task.threads, signal);
        left = left.filter((emission, i) => {
          const rejection = answers[i];
          noteCrash(emission, rejection);
          if (rejection !== undefined) reject(emission.candidate, rejection.status, emission.code, rejection.detail);
          return rejection === undefined;
        });
      }
      return left;
    },
    race: async (emissions, stages) => {
      const { mode } = context;
      const outcomes = await raceKernels(
        emissions.map((emission) => caseOf(emission, 0)),
        stages,
        async (kernels, rounds) => {
          const request = { rounds, mode, threads: task.threads };
          const batch = await underTheClock(reporter, () => measurer.time(kernels, request, signal));
          const { noise } = quietRounds(
            batch.rounds.map(({ referenceNs }) => referenceNs),
            Infinity,
          );
          if (batch.rounds.length > 1) reporter.handle({ type: "noise", share: noise });
          return batch;
        },
      );
      const seen = new Set<string>();
      emissions.forEach((emission, i) => {
        if (!seen.has(emission.code)) settle(emission, outcomes[i] as RaceOutcome);
        seen.add(emission.code);
      });
      return outcomes;
    },
  };
}
