import { seededRandom } from "../measure/index.ts";
import type { Candidate } from "./candidate.ts";
import { candidateText, templateId } from "./candidate.ts";
import { makeCandidatePool } from "./candidate-pool.ts";
import type { CrashWatch } from "./crash-watch.ts";
import { asEmitted, finalRace, timedKernels } from "./final-race.ts";
import { nearestPoints } from "./nearest.ts";
import { openTrialBook, untriedKernel } from "./trial-book.ts";
import type { Emitted, TrialCounts } from "./trial-runner.ts";
import { makeTrialRunner } from "./trial-runner.ts";
import type { TunedKernel } from "./tuned-kernel.ts";
import { bestKernel } from "./tuned-kernel.ts";
import { worthwhileGain } from "./tuning-effort.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";

/** Nearest cached workloads whose best points seed a search. */
const relatedWorkloads = 3;

/** The search for one workload, in turns, so that a scheduler can go from one to another. */
export interface TuningSession {
  readonly task: TuningTask;
  readonly counts: TrialCounts;
  /** Least nanoseconds so far; the template's prediction for its seed while nothing was timed. */
  readonly bestNs: number;
  readonly hasStarted: boolean;
  /** Turns in a row that found nothing. */
  readonly staleTurns: number;
  readonly isFinished: boolean;
  /** Proposes, emits, checks, races and records a few candidates. */
  turn(): Promise<void>;
  /** Chooses after a {@link finalRace}, and records the choice. */
  conclude(): Promise<TunedKernel>;
  /** The best so far, without measuring; no choice is recorded, so a later run goes on from here. */
  settle(): TunedKernel;
}

/** Opens the search for a workload; what the records know of it counts as tried. */
export function openTuningSession(task: TuningTask, context: TuningContext, crashes: CrashWatch): TuningSession {
  const { device, reporter, effort } = context;
  const book = openTrialBook(task, context, context);
  const known = book.tried.length;
  const runner = makeTrialRunner(task, context, book, crashes);
  const pool = makeCandidatePool(task.workload, task.templates, device);
  const seedTexts = pool.seeds.map(candidateText);
  const templates = task.templates.map(templateId);
  const related = nearestPoints(task, templates, context.cache.records, relatedWorkloads).flatMap(
    ({ template, point }) => pool.snap(template, point) ?? [],
  );
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
      const proposed = context.search.propose({ pool, related, tried: book.tried }, count, random);
      isExhausted = proposed.length === 0;
      for (const candidate of proposed) {
        if (crashes.isOut(templateId(candidate.template))) {
          book.note(untriedKernel(candidate));
          continue;
        }
        const emitted = runner.emit(candidate);
        if (emitted === undefined) continue;
        const { code } = emitted;
        const known = book.tried.find((other) => other.code === code);
        if (known !== undefined || fresh.some((other) => other.code === code))
          book.note(untriedKernel(candidate, known));
        else fresh.push(emitted);
      }
    }
    return fresh;
  };

  return {
    task,
    counts: runner.counts,
    get bestNs() {
      const { template, point } = pool.seeds[0] as Candidate;
      return timedKernels(book)[0]?.ns ?? template.cost(task.workload, point, device);
    },
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
      if (turns++ === 0) reporter.handle({ type: "tuning-started", ...event, candidates: effort.candidates, known });
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
    conclude: () => finalRace(task, context, seedTexts, { book, runner }),
    settle: () => bestKernel(task, context, book.tried, known === book.tried.length ? "records" : "measured"),
  };
}
