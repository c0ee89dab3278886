import type { Family } from "./candidate.ts";
import { candidateText } from "./candidate.ts";
import type { TriedCandidate } from "./search/search.ts";
import { lossWhenAlone, worthwhileGain } from "./tuning-effort.ts";

/** By how much a challenger must win: 1 %, or twice the noise when that is more. */
export function winningMargin(noise: number): number {
  return Math.max(worthwhileGain, 2 * noise);
}

/** Candidates by score, ties by canonical text, so that the order they come in plays no part. */
export function compareTried(a: TriedCandidate<Family>, b: TriedCandidate<Family>): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1;
  return candidateText(a.candidate) < candidateText(b.candidate) ? -1 : 1;
}

/**
 * The best candidate; but a seed (by canonical text, the preferred one first) stays where the best does not win against
 * it by {@link winningMargin}. Undefined when none has a finite score.
 */
export function chooseCandidate<T extends TriedCandidate<Family>>(
  tried: readonly T[],
  seeds: readonly string[],
  noise: number,
): T | undefined {
  const [best, ...others] = tried.filter(({ score }) => Number.isFinite(score)).sort(compareTried);
  if (best === undefined) return undefined;
  const limit = best.score * (1 + winningMargin(noise));
  const equals = [best, ...others].filter(({ score }) => score <= limit);
  for (const seed of seeds) {
    const found = equals.find(({ candidate }) => candidateText(candidate) === seed);
    if (found !== undefined) return found;
  }
  return best;
}

/** A candidate with its score on one thread, and on several. */
export interface TriedOnBoth extends TriedCandidate {
  readonly sharedScore: number;
}

/**
 * Those that are slower than the best seed (by canonical text; the one with the least product of both scores) neither on one
 * thread nor on several, by {@link winningMargin}; all where no seed has both scores.
 */
export function withoutLosers<T extends TriedOnBoth>(
  tried: readonly T[],
  seeds: readonly string[],
  noise: { readonly alone: number; readonly shared: number },
): readonly T[] {
  const product = ({ score, sharedScore }: T): number => score * sharedScore;
  const [best] = tried
    .filter((one) => seeds.includes(candidateText(one.candidate)) && Number.isFinite(product(one)))
    .sort((a, b) => product(a) - product(b));
  if (best === undefined) return tried;
  const alone = best.score * (1 + winningMargin(noise.alone));
  const shared = best.sharedScore * (1 + winningMargin(noise.shared));
  return tried.filter(({ score, sharedScore }) => score <= alone && sharedScore <= shared);
}

/**
 * The candidate with the least product of both scores among those that lose at most {@link lossWhenAlone} on one thread;
 * but `preferred` (by canonical text) stays where that does not win against it by {@link winningMargin}. Undefined when
 * none has finite scores.
 */
export function chooseForBoth<T extends TriedOnBoth>(
  tried: readonly T[],
  preferred: string,
  noise: number,
): T | undefined {
  const limit = Math.min(...tried.map(({ score }) => score)) * (1 + lossWhenAlone);
  const allowed = tried.filter((one) => one.score <= limit || candidateText(one.candidate) === preferred);
  const means = allowed.map((one) => ({ ...one, score: Math.sqrt(one.score * one.sharedScore), one }));
  return chooseCandidate(means, [preferred], noise)?.one;
}
