import { learnRanking } from "../learn/learn-ranking.ts";
import type { Search } from "./search.ts";

/** A search whose predictions are corrected by a model that is learned anew from all trials at every proposal. */
export function withLearnedRanking(search: Search): Search {
  return {
    name: `${search.name}+learned`,
    propose: (state, count, random) => {
      const pool = learnRanking(state);
      return search.propose(pool === undefined ? state : { ...state, pool }, count, random);
    },
  };
}
