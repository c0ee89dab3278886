import type { Family } from "../candidate.ts";
import type { SearchState, TriedCandidate } from "./search.ts";

/** A group counts as if it had so many more members that behave like the wider group around it. */
const priorMembers = 1;

/** How far above its prediction a failure counts, as a factor, next to what else was tried. */
const failureFactor = 2;

/** How far measured times lie above predictions, as logarithms. */
export interface Residuals {
  /** Of everything that was tried; 0 without trials. */
  readonly all: number;
  /** Of a group inside another one whose residual is `around`: few trials say little, none say nothing. */
  within(group: string, around: number): number;
}

/**
 * Learns from all trials where predictions are wrong. Groups are texts; `groupsOf` tells those of a candidate. Decisions
 * that turned out slower than predicted are thereby held against candidates that were not measured.
 */
export function learnResiduals<F extends Family>(
  { pool, tried }: SearchState<F>,
  groupsOf: (candidate: TriedCandidate<F>["candidate"]) => readonly string[],
): Residuals {
  const timed = tried.flatMap(({ candidate, score }) => {
    const predicted = pool.predict(candidate);
    return Number.isFinite(score) && Number.isFinite(predicted) && predicted > 0
      ? [{ candidate, residual: Math.log(score / predicted) }]
      : [];
  });
  const all = timed.reduce((sum, { residual }) => sum + residual, 0) / Math.max(1, timed.length);
  const failed = tried
    .filter(({ score }) => !Number.isFinite(score))
    .map(({ candidate }) => ({ candidate, residual: all + Math.log(failureFactor) }));
  const groups = new Map<string, { sum: number; count: number }>();
  for (const { candidate, residual } of [...timed, ...failed])
    for (const group of groupsOf(candidate)) {
      const known = groups.get(group) ?? { sum: 0, count: 0 };
      groups.set(group, { sum: known.sum + residual, count: known.count + 1 });
    }
  return {
    all,
    within: (group, around) => {
      const { sum, count } = groups.get(group) ?? { sum: 0, count: 0 };
      return (sum + around * priorMembers) / (count + priorMembers);
    },
  };
}
