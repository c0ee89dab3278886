import type { EarlyEnd } from "../events.ts";
import { noControl } from "../events.ts";
import type { Candidate } from "./candidate.ts";
import { templateId } from "./candidate.ts";
import { makeCandidatePool } from "./candidate-pool.ts";
import type { CrashWatch } from "./crash-watch.ts";
import { finalRace, timedKernels } from "./final-race.ts";
import { nearestPoints } from "./nearest.ts";
import { endlessTime } from "./search-time.ts";
import type { SearchTurns } from "./search-turns.ts";
import { openSearchTurns } from "./search-turns.ts";
import type { TrialCounts } from "./trial-runner.ts";
import type { TunedKernel } from "./tuned-kernel.ts";
import { bestKernel, cutShort } from "./tuned-kernel.ts";
import { finalists, sharedEffort } from "./tuning-effort.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";
import { keepCases } from "./tuning-task.ts";

/** Nearest cached workloads whose best points seed a search. */
const relatedWorkloads = 3;

/** The search for one workload, in turns, so that a scheduler can go from one to another. */
export interface TuningSession {
  readonly task: TuningTask;
  readonly counts: TrialCounts;
  /** Least nanoseconds so far; the template's prediction for its seed while nothing was timed. */
  readonly bestNs: number;
  /** See `TuningContext.measureBounds`. */
  readonly boundNs: number;
  readonly hasStarted: boolean;
  /** Turns in a row that found nothing. */
  readonly staleTurns: number;
  readonly isFinished: boolean;
  /** Why no more candidates may be tried, with time kept for the shortest final race; undefined while they may. */
  endedBy(): EarlyEnd | undefined;
  /** Proposes, emits, checks, races and records a few candidates. */
  turn(): Promise<void>;
  /**
   * Searches at the task's other number of threads too, chooses after a {@link finalRace}, and records the choice. What its
   * budget ends (`end`, or on the way) has a short race and records none, so that a later run goes on from here.
   */
  conclude(end?: EarlyEnd): Promise<TunedKernel>;
  /** The best so far, without measuring; no choice is recorded. */
  settle(end?: EarlyEnd): TunedKernel;
}

/** Opens the search for a workload; what the records know of it counts as tried. */
export function openTuningSession(
  task: TuningTask,
  boundNs: number,
  context: TuningContext,
  crashes: CrashWatch,
): TuningSession {
  const { device, effort, signal, time = endlessTime } = context;
  const pool = makeCandidatePool(task.workload, task.templates, device);
  const templates = task.templates.map(templateId);
  const related = nearestPoints(task, templates, context.cache.records, relatedWorkloads).flatMap(
    ({ template, point }) => pool.snap(template, point) ?? [],
  );
  const kept = keepCases(task);
  const alone = openSearchTurns(kept, pool, related, context, crashes);
  let shared: SearchTurns | undefined;
  // Asked for by every turn of every search.
  let predicted: number | undefined;
  const predictedNs = (): number => {
    const { template, point } = pool.seeds[0] as Candidate;
    return (predicted ??= template.cost(task.workload, point, device));
  };

  /** The search at more threads begins with the best found at fewer. */
  const searchShared = async (threads: number): Promise<SearchTurns> => {
    const best = timedKernels(alone.book).slice(0, finalists);
    const candidates = best.map(({ candidate }) => candidate);
    const sharedContext = { ...context, effort: sharedEffort(effort) };
    const turns = openSearchTurns({ ...kept, threads }, pool, candidates, sharedContext, crashes);
    shared = turns;
    const { control = noControl } = context;
    while (!turns.isFinished && !signal.aborted && turns.runner.endedBy() === undefined) {
      await turns.turn();
      await control.whilePaused();
    }
    return turns;
  };

  const settle = (end?: EarlyEnd): TunedKernel => {
    const source = alone.known === alone.book.tried.length ? "records" : "measured";
    return cutShort({ ...bestKernel(task, context, alone.book.tried, source), boundNs }, end);
  };

  return {
    task,
    boundNs,
    settle,
    endedBy: () => alone.runner.endedBy(),
    get counts() {
      const [own, more] = [alone.runner.counts, shared?.runner.counts];
      return more === undefined ? own : addCounts(own, more);
    },
    get bestNs() {
      return timedKernels(alone.book)[0]?.ns ?? predictedNs();
    },
    get hasStarted() {
      return alone.hasStarted;
    },
    get staleTurns() {
      return alone.staleTurns;
    },
    get isFinished() {
      return alone.isFinished;
    },
    turn: () => alone.turn(),
    conclude: async (end) => {
      const { sharedThreads } = task;
      const isFound = timedKernels(alone.book).length > 0;
      const isAlone = sharedThreads === undefined || !isFound || end !== undefined;
      const both = isAlone ? { alone } : { alone, shared: await searchShared(sharedThreads) };
      // Nobody who asked for the end waits for a race; without time for one more candidate there is time for the shortest.
      const endNow = (): EarlyEnd | undefined => {
        if (end !== undefined) return end;
        return (shared?.isFinished === false ? shared.runner.endedBy() : undefined) ?? time.endedBy();
      };
      const isOver = alone.isLate || endNow() === "stopped";
      const tuned = isOver ? settle(endNow()) : await finalRace(task, boundNs, context, pool.seeds, both, endNow);
      kept.forgetCases();
      return tuned;
    },
  };
}

function addCounts(a: TrialCounts, b: TrialCounts): TrialCounts {
  return {
    tried: a.tried + b.tried,
    failed: a.failed + b.failed,
    emitted: a.emitted + b.emitted,
    emissionNs: a.emissionNs + b.emissionNs,
  };
}
