import { makeProposal } from "./proposal.ts";
import type { Search } from "./search.ts";

/** Every candidate, best prediction first: finds the true best of a space, to judge other searches by. */
export const exhaustiveSearch: Search = {
  name: "exhaustive",
  propose: ({ pool, tried }, count) => {
    const proposal = makeProposal(tried, count);
    proposal.take(pool.seeds);
    proposal.take(pool.ranked);
    return proposal.candidates;
  },
};
