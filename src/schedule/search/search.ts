import type { Candidate } from "../candidate.ts";
import type { CandidatePool } from "../candidate-pool.ts";

/** What became of a candidate that was tried. */
export interface TriedCandidate {
  readonly candidate: Candidate;
  /** Time divided by the reference loop's; infinite for one that failed. */
  readonly score: number;
}

/** What a search knows. */
export interface SearchState {
  readonly pool: CandidatePool;
  /** Best candidates of the nearest workloads in the cache, nearest first. */
  readonly related: readonly Candidate[];
  readonly tried: readonly TriedCandidate[];
}

/**
 * A strategy: at most `count` candidates to try next, none of them tried before; none at all when it has no more. Pure:
 * the same state and random numbers give the same proposal.
 */
export interface Search {
  readonly name: string;
  propose(state: SearchState, count: number, random: () => number): readonly Candidate[];
}
