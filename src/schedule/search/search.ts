import type { CandidateOf, Family } from "../candidate.ts";
import type { CandidatePool } from "../candidate-pool.ts";
import type { Lesson } from "../learn/lesson.ts";
import type { Template } from "../template.ts";

/** What became of a candidate that was tried. */
export interface TriedCandidate<F extends Family = Template> {
  readonly candidate: CandidateOf<F>;
  /** Time divided by the reference loop's; infinite for one that failed. */
  readonly score: number;
}

/** What a search knows. */
export interface SearchState<F extends Family = Template> {
  readonly pool: CandidatePool<F>;
  /** Best candidates of the nearest workloads in the cache, nearest first. */
  readonly related: readonly CandidateOf<F>[];
  readonly tried: readonly TriedCandidate<F>[];
  /** Trials of other workloads: asked for by searches that learn. */
  readonly lessons?: () => readonly Lesson<F>[];
}

/**
 * A strategy: at most `count` candidates to try next, none of them tried before; none at all when it has no more. All
 * that was observed is in the state, so a search keeps nothing, and one that was killed goes on from its records. Pure:
 * the same state and random numbers give the same proposal. It knows points and times, not what is timed.
 */
export interface Search {
  readonly name: string;
  propose<F extends Family>(state: SearchState<F>, count: number, random: () => number): readonly CandidateOf<F>[];
}
