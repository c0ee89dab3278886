import type { TuningSession } from "./tuning-session.ts";

/** What decides where time goes next. */
export type SessionOutlook = Pick<TuningSession, "bestNs" | "boundNs" | "hasStarted" | "staleTurns"> & {
  readonly task: Pick<TuningSession["task"], "uses" | "threads">;
};

/**
 * What a search may still win, as a share of the network's time at its thread count: its share of the time, times the
 * part of it that lies above the bound, halved for every turn that found nothing.
 */
export function expectedGain(session: SessionOutlook, all: readonly SessionOutlook[]): number {
  const timeOf = ({ task, bestNs }: SessionOutlook): number => task.uses * bestNs;
  const total = all
    .filter(({ task }) => task.threads === session.task.threads)
    .reduce((sum, other) => sum + timeOf(other), 0);
  const share = total === 0 ? 0 : timeOf(session) / total;
  const headroom = Math.max(0, 1 - session.boundNs / session.bestNs);
  return share * headroom * 0.5 ** session.staleTurns;
}

/**
 * The open search that gets the next turn: those that have not started first, then where share times headroom is largest;
 * ties go to the earlier one. `all` are the searches that shares are taken of, finished ones too.
 */
export function nextSession<T extends SessionOutlook>(
  open: readonly T[],
  all: readonly SessionOutlook[],
): T | undefined {
  const waiting = open.filter(({ hasStarted }) => !hasStarted);
  const [first, ...others] = waiting.length > 0 ? waiting : open;
  if (first === undefined) return undefined;
  let best = { session: first, gain: expectedGain(first, all) };
  for (const session of others) {
    const gain = expectedGain(session, all);
    if (gain > best.gain) best = { session, gain };
  }
  return best.session;
}
