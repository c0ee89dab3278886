import { inRandomOrder, makeProposal } from "./proposal.ts";
import type { Search } from "./search.ts";

/** Candidates drawn uniformly without replacement: the control that a search must beat. */
export const randomSearch: Search = {
  name: "random",
  propose: ({ pool, tried }, count, random) => {
    const proposal = makeProposal(tried, count);
    proposal.take(inRandomOrder(pool.ranked, random));
    return proposal.candidates;
  },
};
