import type { EarlyEnd } from "../events.ts";
import { noControl } from "../events.ts";
import { quietRounds, underTheClock } from "../measure/index.ts";
import type { Candidate } from "./candidate.ts";
import { emitCandidate } from "./candidate.ts";
import type { CrashWatch } from "./crash-watch.ts";
import type { KernelCase, TimedBatch, WorkloadCase } from "./measurer.ts";
import type { RacePace } from "./race-pace.ts";
import { makeRacePace } from "./race-pace.ts";
import { endlessTime } from "./search-time.ts";
import type { RaceOutcome, RaceStage } from "./successive-halving.ts";
import { raceKernels } from "./successive-halving.ts";
import type { TrialBook } from "./trial-book.ts";
import type { Emitted, TrialCounts, TrialOutcomes } from "./trial-outcomes.ts";
import { openTrialOutcomes } from "./trial-outcomes.ts";
import { finalists, leastFinalRounds } from "./tuning-effort.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";

export type { Emitted, TrialCounts } from "./trial-outcomes.ts";

/** Emits, checks and times candidates of one task, and notes all outcomes in its book. */
export interface TrialRunner {
  readonly counts: TrialCounts;
  /** Why no more is to be tried: what is left of the budget is kept for the shortest final race. Undefined while it may go on. */
  endedBy(): EarlyEnd | undefined;
  /** Rounds of a race that fit into what is left of the budget: at most those wanted, at least {@link leastFinalRounds}. */
  roundsThatFit(entrants: number, wanted: number): number;
  /** A candidate's kernel; undefined, and noted, when it has none. */
  emit(candidate: Candidate): Emitted | undefined;
  /**
   * Those that give right results on every case of the task. No more are checked once the search is to end, nor once half
   * of the time that was left has gone while there are two: what was checked is to be raced too.
   */
  verify(emissions: readonly Emitted[]): Promise<readonly Emitted[]>;
  /**
   * Races kernels that were verified; one outcome each, in order. The same kernel may run under two names. The first stage
   * always runs, others only while the search may go on.
   */
  race(emissions: readonly Emitted[], stages: readonly RaceStage[]): Promise<readonly RaceOutcome[]>;
}

/** Makes the runner of a task. */
export function makeTrialRunner(
  task: TuningTask,
  context: TuningContext,
  book: TrialBook,
  crashes: CrashWatch,
): TrialRunner {
  const { time = endlessTime, control = noControl } = context;
  const outcomes = openTrialOutcomes(task, context, book, crashes);
  const pace = makeRacePace();
  const endedBy = (): EarlyEnd | undefined => time.endedBy(pace.expect(finalists + 2, leastFinalRounds));
  return {
    counts: outcomes.counts,
    endedBy,
    roundsThatFit: (entrants, wanted) => {
      const fit = Math.floor(time.leftMs / Math.max(pace.expect(entrants, 1), Number.MIN_VALUE));
      return Math.min(wanted, Math.max(leastFinalRounds, fit));
    },
    emit: (candidate) => emit(candidate, task, context, outcomes),
    verify: async (emissions) => {
      const right: Emitted[] = [];
      const whole = time.leftMs;
      for (const emission of emissions) {
        await control.whilePaused();
        if (endedBy() !== undefined || (right.length > 1 && time.leftMs < whole / 2)) break;
        outcomes.countTry();
        if (await isRight(emission, task, context, outcomes)) right.push(emission);
      }
      return right;
    },
    race: async (emissions, stages) => {
      const results = await raceKernels(
        emissions.map((emission) => caseOf(emission, 0, task)),
        stages,
        (kernels, rounds) => timeStage(kernels, rounds, task, context, pace),
        async () => {
          await control.whilePaused();
          return endedBy() === undefined;
        },
      );
      const seen = new Set<string>();
      emissions.forEach((emission, i) => {
        if (!seen.has(emission.code)) outcomes.settleRace(emission, results[i] as RaceOutcome);
        seen.add(emission.code);
      });
      return results;
    },
  };
}

function emit(
  candidate: Candidate,
  task: TuningTask,
  { clock, device }: TuningContext,
  outcomes: TrialOutcomes,
): Emitted | undefined {
  const start = clock.now();
  const emission = emitCandidate(candidate, task, device);
  outcomes.countEmission(clock.now() - start);
  if (emission.kind === "emitted") return emission;
  outcomes.countTry();
  outcomes.reject(candidate, "emit", "", emission.detail);
  return undefined;
}

/** A kernel with the data of one of the task's cases. */
function caseOf({ candidate, kernel }: Emitted, index: number, task: TuningTask): KernelCase {
  const { correctness } = candidate.template;
  return { ...(task.cases()[index] as WorkloadCase), kernel, correctness };
}

/** Whether a kernel is right on every case; noted for each, up to the first on which it is not. */
async function isRight(
  emission: Emitted,
  task: TuningTask,
  { measurer, signal }: TuningContext,
  outcomes: TrialOutcomes,
): Promise<boolean> {
  for (let index = 0; index < task.cases().length; index++) {
    const [rejection] = await measurer.verify([caseOf(emission, index, task)], task.threads, signal);
    outcomes.settleCheck(emission, rejection);
    if (rejection !== undefined) return false;
  }
  return true;
}

/** Times one stage of a race; how long it took, and how noisy the machine was, is told. */
async function timeStage(
  kernels: readonly KernelCase[],
  rounds: number,
  { threads }: TuningTask,
  { reporter, measurer, signal, clock, mode, time = endlessTime, control = noControl }: TuningContext,
  pace: RacePace,
): Promise<TimedBatch> {
  const start = clock.now();
  const mayGoOn = async (): Promise<boolean> => {
    await control.whilePaused();
    return time.endedBy() !== "stopped";
  };
  const batch = await underTheClock(reporter, (between) => {
    const request = { rounds, mode, threads, betweenRounds: () => between(mayGoOn) };
    return measurer.time(kernels, request, signal);
  });
  pace.note(kernels.length, rounds, (clock.now() - start) / 1e6);
  const references = batch.rounds.map(({ referenceNs }) => referenceNs);
  if (batch.rounds.length > 1) reporter.handle({ type: "noise", share: quietRounds(references, Infinity).noise });
  return batch;
}
