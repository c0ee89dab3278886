import type { CandidateOf, Family } from "../candidate.ts";
import { bestTried, inRandomOrder, makeProposal, takeOpening } from "./proposal.ts";
import type { Search, SearchState } from "./search.ts";

/** Share of the first proposal that is drawn at random, in case the cost model is blind to something. */
const randomShare = 0.15;

/** Candidates whose neighbours are tried. */
const parents = 2;

/**
 * Racing guided by templates. First the templates' seeds, the best of the nearest cached workloads, the best predictions
 * and a few random candidates; then, in turns, the neighbours of the best two so far; when those are all tried, the next
 * best predictions.
 */
export const guidedSearch: Search = {
  name: "guided",
  propose: (state, count, random) =>
    state.tried.length === 0 ? firstCandidates(state, count, random) : nextCandidates(state, count, random),
};

function firstCandidates<F extends Family>(
  state: SearchState<F>,
  count: number,
  random: () => number,
): readonly CandidateOf<F>[] {
  const { pool, tried } = state;
  const proposal = makeProposal(tried, count);
  takeOpening(proposal, state);
  proposal.take(pool.ranked, Math.ceil(proposal.room * (1 - randomShare)));
  proposal.take(inRandomOrder(pool.ranked, random));
  return proposal.candidates;
}

function nextCandidates<F extends Family>(
  { pool, tried }: SearchState<F>,
  count: number,
  random: () => number,
): readonly CandidateOf<F>[] {
  const proposal = makeProposal(tried, count);
  const best = bestTried(tried, parents);
  const families = best.map(({ candidate }) => [...inRandomOrder(pool.neighbours(candidate), random)]);
  proposal.take(inTurns(families));
  proposal.take(pool.ranked);
  return proposal.candidates;
}

function inTurns<F extends Family>(families: readonly (readonly CandidateOf<F>[])[]): readonly CandidateOf<F>[] {
  const longest = Math.max(0, ...families.map((family) => family.length));
  return Array.from({ length: longest }, (_, i) => families.flatMap((family) => family.slice(i, i + 1))).flat();
}
