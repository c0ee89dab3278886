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
   * Those that give right results on every case of the task. No more are checked once the search is to end nor, while there
   * are two, once half of the time that was left has gone or one more could not be raced in the other: what was checked is
   * to be raced too.
   */
  verify(emissions: readonly Emitted[]): Promise<readonly Emitted[]>;
  /**
   * Races kernels that were verified; one outcome each, in order. The same kernel may run under two names. The first stage
   * always runs, others only while the search may go on; where rounds last long, that is looked at between them too. The final
   * race has all the time that is left, and {@link leastFinalRounds} at least.
   */
  race(emissions: readonly Emitted[], stages: readonly RaceStage[], isFinal?: boolean): Promise<readonly RaceOutcome[]>;
}

/** Rounds that a race has whatever the time. */
const shortestRace = 2;

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
  const isShort = (wholeMs: number, entrants: number): boolean =>
    time.leftMs < wholeMs / 2 || time.leftMs <= pace.guess(entrants, shortestRace);
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
        if (endedBy() !== undefined || (right.length > 1 && isShort(whole, right.length + 1))) break;
        outcomes.countTry();
        const start = workedMs(context);
        if (await isRight(emission, task, context, outcomes)) right.push(emission);
        pace.noteCheck(workedMs(context) - start);
      }
      return right;
    },
    race: async (emissions, stages, isFinal = false) => {
      const least = isFinal ? leastFinalRounds : shortestRace;
      const mayGoOn = async (done: number): Promise<boolean> => {
        await control.whilePaused();
        const end = isFinal ? time.endedBy() : endedBy();
        return end === undefined || (end === "budget" && done < least);
      };
      const results = await raceKernels(
        emissions.map((emission) => caseOf(emission, 0, task)),
        stages,
        (kernels, rounds) => timeStage({ kernels, rounds, mayGoOn, pace }, task, context),
        () => mayGoOn(Infinity),
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

/** The clock in milliseconds, without pauses. */
function workedMs({ clock, control = noControl }: TuningContext): number {
  return clock.now() / 1e6 - control.pausedMs;
}

interface TimedStage {
  readonly kernels: readonly KernelCase[];
  readonly rounds: number;
  readonly pace: RacePace;
  /** Asked when so many rounds are done. */
  mayGoOn(done: number): Promise<boolean>;
}

/** Times one stage of a race; how long it takes, and how noisy the machine was, is noted. Too few rounds are none. */
async function timeStage(
  { kernels, rounds, pace, mayGoOn }: TimedStage,
  { threads }: TuningTask,
  context: TuningContext,
): Promise<TimedBatch> {
  const { reporter, measurer, signal, mode } = context;
  const start = workedMs(context);
  const notePace = (done: number): void => pace.noteRace(kernels.length, done, workedMs(context) - start);
  const batch = await underTheClock(reporter, (between) => {
    const betweenRounds = (done: number): Promise<boolean> => {
      notePace(done);
      return between(() => mayGoOn(done));
    };
    return measurer.time(kernels, { rounds, mode, threads, betweenRounds }, signal);
  });
  notePace(batch.rounds.length);
  const references = batch.rounds.map(({ referenceNs }) => referenceNs);
  if (batch.rounds.length > 1) reporter.handle({ type: "noise", share: quietRounds(references, Infinity).noise });
  return batch.rounds.length < Math.min(rounds, shortestRace) ? { ...batch, rounds: [] } : batch;
}
