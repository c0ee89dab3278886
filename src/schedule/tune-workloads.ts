import type { EarlyEnd } from "../events.ts";
import { nextTurn, noControl } from "../events.ts";
import { underTheClock } from "../measure/index.ts";
import type { TrialCounts } from "./trial-runner.ts";
import { makeCrashWatch } from "./crash-watch.ts";
import { nextSession } from "./next-session.ts";
import { recordedHistories } from "./recorded-history.ts";
import { startSearchTime } from "./search-time.ts";
import type { TunedKernel } from "./tuned-kernel.ts";
import { replayedKernel, summarizeTuned } from "./tuned-kernel.ts";
import type { TuningSession } from "./tuning-session.ts";
import { openTuningSession } from "./tuning-session.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";

/**
 * Finds a kernel for every task; one answer each, in order. Choices of the records are replayed without measuring. The
 * others are searched in turns, where most is to be won first, until each has had its effort or `budgetMs` (Infinity:
 * no limit) have gone. Then the best so far is taken; where most was to be won still, after a short final race: no other
 * measurement begins after the budget's end. Trials are in the records as soon as they are known. Rejects with the signal's
 * reason when it is aborted.
 */
export async function tuneWorkloads(
  tasks: readonly TuningTask[],
  context: TuningContext,
  budgetMs: number,
): Promise<readonly TunedKernel[]> {
  const { reporter, clock, effort } = context;
  const start = clock.now();
  const time = startSearchTime(context, budgetMs);
  const results = new Map<TuningTask, TunedKernel>();
  const finish = (result: TunedKernel, counts?: TrialCounts): void => {
    results.set(result.task, result);
    reporter.handle({ type: "tuning-finished", result: summarizeTuned(result, counts?.tried, counts?.failed) });
  };
  const waiting: TuningTask[] = [];
  for (const task of tasks) {
    await nextTurn();
    const replayed = replayedKernel(task, context, effort.candidates);
    if (replayed === undefined) waiting.push(task);
    else {
      for (const history of recordedHistories(task, context)) reporter.handle({ type: "tuning-replayed", history });
      finish(replayed);
    }
  }
  const boundOf =
    waiting.length === 0 || budgetMs === 0 ? () => 0 : await underTheClock(reporter, () => context.measureBounds());
  const crashes = makeCrashWatch();
  const sessions: TuningSession[] = [];
  for (const task of waiting) {
    await nextTurn();
    sessions.push(openTuningSession(task, boundOf(task), { ...context, time }, crashes));
  }
  await searchInTurns(sessions, context, finish);
  tellTotals(sessions, tasks.length, (clock.now() - start) / 1e9, context);
  return tasks.map((task) => results.get(task) as TunedKernel);
}

/** Gives turns to sessions until each is finished or something ends the search; `finish` gets each one's kernel. */
async function searchInTurns(
  sessions: readonly TuningSession[],
  { control = noControl, signal }: TuningContext,
  finish: (result: TunedKernel, counts: TrialCounts) => void,
): Promise<void> {
  const open = new Set(sessions);
  const conclude = async (session: TuningSession, end?: EarlyEnd): Promise<void> => {
    open.delete(session);
    finish(await session.conclude(end), session.counts);
    signal.throwIfAborted();
  };
  while (open.size > 0) {
    const session = nextSession([...open], sessions) as TuningSession;
    const end = session.endedBy();
    if (end !== undefined) {
      if (end === "budget" && session.hasStarted) await conclude(session, end);
      for (const other of open) {
        await nextTurn();
        finish(other.settle(end), other.counts);
      }
      return;
    }
    if (!session.isFinished) await session.turn();
    signal.throwIfAborted();
    await control.whilePaused();
    signal.throwIfAborted();
    if (session.isFinished) await conclude(session);
  }
}

function tellTotals(
  sessions: readonly TuningSession[],
  workloads: number,
  seconds: number,
  context: TuningContext,
): void {
  const sum = (of: (counts: TrialCounts) => number): number =>
    sessions.reduce((total, { counts }) => total + of(counts), 0);
  const [tried, emitted] = [sum((counts) => counts.tried), sum((counts) => counts.emitted)];
  context.reporter.handle({
    type: "tuned",
    workloads,
    replayed: workloads - sessions.length,
    tried,
    failed: sum((counts) => counts.failed),
    seconds,
    emissionMs: emitted === 0 ? 0 : sum((counts) => counts.emissionNs) / emitted / 1e6,
    candidatesPerSecond: seconds === 0 ? 0 : tried / seconds,
  });
}
