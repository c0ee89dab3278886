import { noControl } from "../events.ts";
import { underTheClock } from "../measure/index.ts";
import type { TrialCounts } from "./trial-runner.ts";
import { makeCrashWatch } from "./crash-watch.ts";
import { nextSession } from "./next-session.ts";
import { recordedHistories } from "./recorded-history.ts";
import type { TunedKernel } from "./tuned-kernel.ts";
import { replayedKernel, summarizeTuned } from "./tuned-kernel.ts";
import type { TuningSession } from "./tuning-session.ts";
import { openTuningSession } from "./tuning-session.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";

/**
 * Finds a kernel for every task; one answer each, in order. Choices of the records are replayed without measuring. The
 * others are searched in turns, where most is to be won first, until each has had its effort or `budgetMs` (Infinity:
 * no limit) have gone: then the best so far is taken. Trials are in the records as soon as they are known. Rejects with
 * the signal's reason when it is aborted.
 */
export async function tuneWorkloads(
  tasks: readonly TuningTask[],
  context: TuningContext,
  budgetMs: number,
): Promise<readonly TunedKernel[]> {
  const { reporter, clock, control = noControl, signal, effort } = context;
  const start = clock.now();
  const results = new Map<TuningTask, TunedKernel>();
  const finish = (result: TunedKernel, counts?: TrialCounts): void => {
    results.set(result.task, result);
    reporter.handle({ type: "tuning-finished", result: summarizeTuned(result, counts?.tried, counts?.failed) });
  };
  const waiting: TuningTask[] = [];
  for (const task of tasks) {
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
  const sessions = waiting.map((task) => openTuningSession(task, boundOf(task), context, crashes));
  const open = new Set(sessions);
  const pausedBefore = control.pausedMs;
  const spentMs = (): number => (clock.now() - start) / 1e6 - (control.pausedMs - pausedBefore);
  while (open.size > 0 && !control.isStopping && spentMs() < budgetMs) {
    const session = nextSession([...open], sessions) as TuningSession;
    if (!session.isFinished) await session.turn();
    signal.throwIfAborted();
    await control.whilePaused();
    signal.throwIfAborted();
    if (!session.isFinished) continue;
    open.delete(session);
    finish(await session.conclude(), session.counts);
    signal.throwIfAborted();
  }
  for (const session of open) finish(session.settle(), session.counts);
  tellTotals(sessions, tasks.length, (clock.now() - start) / 1e9, context);
  return tasks.map((task) => results.get(task) as TunedKernel);
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
