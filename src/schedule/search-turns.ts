import { seededRandom } from "../measure/index.ts";
import type { Candidate } from "./candidate.ts";
import { candidateText, templateId } from "./candidate.ts";
import type { CandidatePool } from "./candidate-pool.ts";
import type { CrashWatch } from "./crash-watch.ts";
import { asEmitted, timedKernels } from "./final-race.ts";
import type { Lesson } from "./learn/lesson.ts";
import { lessonsFor } from "./learn/lessons-for.ts";
import type { TrialBook } from "./trial-book.ts";
import { openTrialBook, untriedKernel } from "./trial-book.ts";
import type { Emitted, TrialRunner } from "./trial-runner.ts";
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
  /** Proposes, emits, checks, races and records a few candidates. */
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
  const { reporter, effort } = context;
  const book = openTrialBook(task, context, context);
  const known = book.tried.length;
  let gathered: readonly Lesson[] | undefined;
  const lessons = (): readonly Lesson[] => (gathered ??= lessonsFor(task, context));
  const runner = makeTrialRunner(task, context, book, crashes);
  const event = { workload: task.label, threads: task.threads } as const;
  let turns = 0;
  let staleTurns = 0;
  let isExhausted = false;

  const room = (): number => effort.candidates - book.tried.filter(({ isTwin }) => !isTwin).length;

  /** Kernels not seen before, at most `count`. What has the code of another counts as tried with that one's time. */
  const freshKernels = (count: number): readonly Emitted[] => {
    const fresh: Emitted[] = [];
    while (fresh.length === 0 && !isExhausted && room() > 0) {
      const random = seededRandom(context.seed + book.tried.length);
      const proposed = context.search.propose({ pool, related, tried: book.tried, lessons }, count, random);
      isExhausted = proposed.length === 0;
      for (const candidate of proposed) {
        if (crashes.isOut(templateId(candidate.template))) {
          book.note(untriedKernel(candidate));
          continue;
        }
        const emitted = runner.emit(candidate);
        if (emitted === undefined) continue;
        const { code } = emitted;
        const twin = book.tried.find((other) => other.code === code);
        if (twin !== undefined || fresh.some((other) => other.code === code)) book.note(untriedKernel(candidate, twin));
        else fresh.push(emitted);
      }
    }
    return fresh;
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
    get isFinished() {
      return isExhausted || room() <= 0 || staleTurns >= effort.patience;
    },
    turn: async () => {
      if (turns++ === 0) tellStart();
      const [incumbent] = timedKernels(book);
      const wanted = book.tried.length === 0 ? effort.first : effort.turn;
      const fresh = await runner.verify(freshKernels(Math.min(wanted, room())));
      if (fresh.length > 0)
        await runner.race([...(incumbent === undefined ? [] : asEmitted(incumbent)), ...fresh], effort.stages);
      const [best] = timedKernels(book);
      const limit = incumbent === undefined ? Infinity : incumbent.score * (1 - worthwhileGain);
      const hasGained = best !== undefined && best.score < limit;
      staleTurns = hasGained ? 0 : staleTurns + 1;
      if (hasGained && best.ns !== undefined)
        reporter.handle({ type: "tuning-best", ...event, candidate: candidateText(best.candidate), ns: best.ns });
    },
  };
}
