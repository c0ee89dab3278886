import type { CandidateOf, Family } from "../candidate.ts";
import { candidateText } from "../candidate.ts";
import type { SearchState, TriedCandidate } from "./search.ts";

/** A list of candidates under construction: at most `count`, none twice, none that was tried. */
export interface Proposal<F extends Family> {
  readonly candidates: readonly CandidateOf<F>[];
  readonly room: number;
  /** Takes candidates in their order while there is room, at most `limit` of them. */
  take(candidates: Iterable<CandidateOf<F>>, limit?: number): void;
}

/** An empty proposal. */
export function makeProposal<F extends Family>(tried: readonly TriedCandidate<F>[], count: number): Proposal<F> {
  const seen = new Set(tried.map(({ candidate }) => candidateText(candidate)));
  const candidates: CandidateOf<F>[] = [];
  return {
    candidates,
    get room() {
      return count - candidates.length;
    },
    take: (offered, limit = Infinity) => {
      let left = limit;
      for (const candidate of offered) {
        if (candidates.length >= count || left <= 0) return;
        const text = candidateText(candidate);
        if (seen.has(text)) continue;
        seen.add(text);
        candidates.push(candidate);
        left--;
      }
    },
  };
}

/**
 * What every search tries first: the seeds; where families want more tried early, the best prediction and that; and the best
 * of the nearest workloads for up to half of what is left.
 */
export function takeOpening<F extends Family>(
  proposal: Proposal<F>,
  { pool, related }: Pick<SearchState<F>, "pool" | "related">,
): void {
  proposal.take(pool.seeds);
  if (pool.openings.length > 0) {
    proposal.take(pool.ranked, 1);
    proposal.take(pool.openings);
  }
  proposal.take(related, Math.floor(proposal.room / 2));
}

/** The candidates in an order drawn at random, lazily (Fisher and Yates). */
export function* inRandomOrder<C>(candidates: readonly C[], random: () => number): Generator<C> {
  const rest = [...candidates];
  while (rest.length > 0) {
    const at = Math.floor(random() * rest.length);
    const drawn = rest[at] as C;
    rest[at] = rest.at(-1) as C;
    rest.pop();
    yield drawn;
  }
}

/** The `count` best of those that have a time, the best first; ties go to the one tried earlier. */
export function bestTried<F extends Family>(
  tried: readonly TriedCandidate<F>[],
  count: number,
): readonly TriedCandidate<F>[] {
  return tried
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => a.score - b.score)
    .slice(0, count);
}
