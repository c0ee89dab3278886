import type { Candidate } from "./candidate.ts";
import { candidateText } from "./candidate.ts";
import type { CandidatePool } from "./candidate-pool.ts";
import type { CrashWatch } from "./crash-watch.ts";
import { asEmitted, timedKernels } from "./final-race.ts";
import { openFreshKernels } from "./fresh-kernels.ts";
import type { Lesson } from "./learn/lesson.ts";
import { lessonsFor } from "./learn/lessons-for.ts";
import { endlessTime } from "./search-time.ts";
import type { TrialBook } from "./trial-book.ts";
import { openTrialBook } from "./trial-book.ts";
import type { TrialRunner } from "./trial-runner.ts";
import { makeTrialRunner } from "./trial-runner.ts";
import { worthwhileGain } from "./tuning-effort.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";

/** The search for a task at one number of threads, in turns. */
export interface SearchTurns {
  readonly book: TrialBook;
  readonly runner: TrialRunner;
  /** Candidates that the records knew. */
  readonly known: number;
  readonly hasStarted: boolean;
  /** Turns in a row that found nothing. */
  readonly staleTurns: number;
  readonly isFinished: boolean;
  /** The one race of this run began after the budget's end: nothing else may. */
  readonly isLate: boolean;
  /** Proposes, emits, checks, races and records a few candidates: fewer, or none, where the search is to end meanwhile. */
  turn(): Promise<void>;
}

/** Opens a search; what the records know counts as tried. `related` are candidates that did well elsewhere. */
export function openSearchTurns(
  task: TuningTask,
  pool: CandidatePool,
  related: readonly Candidate[],
  context: TuningContext,
  crashes: CrashWatch,
): SearchTurns {
  const { reporter, effort, time = endlessTime } = context;
  const book = openTrialBook(task, context, context);
  const known = book.tried.length;
  let gathered: readonly Lesson[] | undefined;
  const lessons = (): readonly Lesson[] => (gathered ??= lessonsFor(task, context));
  const runner = makeTrialRunner(task, context, book, crashes);
  const source = openFreshKernels({ pool, related, lessons }, context, book, runner, crashes);
  const event = { workload: task.label, threads: task.threads } as const;
  let turns = 0;
  let staleTurns = 0;
  let races = 0;
  let isLate = false;

  /** A run whose budget went into checking candidates races these all the same: else the next would begin where it did. */
  const mayRace = (): boolean => {
    const end = runner.endedBy();
    return end === undefined || (end === "budget" && races === 0);
  };

  const tellStart = (): void => {
    const [seed] = pool.seeds;
    const seeded = seed === undefined ? {} : { seed: candidateText(seed) };
    reporter.handle({ type: "tuning-started", ...event, candidates: effort.candidates, known, ...seeded });
  };

  return {
    ...{ book, runner, known },
    get hasStarted() {
      return turns > 0;
    },
    get staleTurns() {
      return staleTurns;
    },
    get isLate() {
      return isLate;
    },
    get isFinished() {
      return source.isExhausted || source.room <= 0 || staleTurns >= effort.patience;
    },
    turn: async () => {
      if (turns++ === 0) tellStart();
      const [incumbent] = timedKernels(book);
      const wanted = book.tried.length === 0 ? effort.first : effort.turn;
      const fresh = await runner.verify(await source.take(Math.min(wanted, source.room)));
      if (fresh.length > 0 && mayRace()) {
        races++;
        isLate = time.endedBy() !== undefined;
        await runner.race([...(incumbent === undefined ? [] : asEmitted(incumbent)), ...fresh], effort.stages);
      }
      const [best] = timedKernels(book);
      const limit = incumbent === undefined ? Infinity : incumbent.score * (1 - worthwhileGain);
      const hasGained = best !== undefined && best.score < limit;
      // A turn that was cut short has not shown that there is nothing to find.
      if (hasGained) staleTurns = 0;
      else if (runner.endedBy() === undefined) staleTurns++;
      if (hasGained && best.ns !== undefined)
        reporter.handle({ type: "tuning-best", ...event, candidate: candidateText(best.candidate), ns: best.ns });
    },
  };
}
