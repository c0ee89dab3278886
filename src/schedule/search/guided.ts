import type { Candidate } from "../candidate.ts";
import { inRandomOrder, makeProposal } from "./proposal.ts";
import type { Search, SearchState } from "./search.ts";

/** Share of the first proposal that is drawn at random, in case the cost model is blind to something. */
const randomShare = 0.15;

/** Candidates whose neighbours are tried. */
const parents = 2;

/**
 * The strategy of the tuner. First the templates' seeds, the best of the nearest cached workloads, the best predictions
 * and a few random candidates; then, in turns, the neighbours of the best two so far; when those are all tried, the next
 * best predictions.
 */
export const guidedSearch: Search = {
  name: "guided",
  propose: (state, count, random) =>
    state.tried.length === 0 ? firstCandidates(state, count, random) : nextCandidates(state, count, random),
};

const firstCandidates: Search["propose"] = ({ pool, related, tried }, count, random) => {
  const proposal = makeProposal(tried, count);
  proposal.take(pool.seeds);
  proposal.take(related, Math.floor(proposal.room / 2));
  proposal.take(pool.ranked, Math.ceil(proposal.room * (1 - randomShare)));
  proposal.take(inRandomOrder(pool.ranked, random));
  return proposal.candidates;
};

const nextCandidates: Search["propose"] = (state, count, random) => {
  const proposal = makeProposal(state.tried, count);
  const families = bestOf(state).map((parent) => [...inRandomOrder(state.pool.neighbours(parent), random)]);
  proposal.take(inTurns(families));
  proposal.take(state.pool.ranked);
  return proposal.candidates;
};

function inTurns(families: readonly (readonly Candidate[])[]): readonly Candidate[] {
  const longest = Math.max(0, ...families.map((family) => family.length));
  return Array.from({ length: longest }, (_, i) => families.flatMap((family) => family.slice(i, i + 1))).flat();
}

function bestOf({ tried }: SearchState): readonly Candidate[] {
  return tried
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => a.score - b.score)
    .slice(0, parents)
    .map(({ candidate }) => candidate);
}
