import type { Search } from "../../src/schedule/index.ts";
import {
  exhaustiveSearch,
  guidedSearch,
  hierarchicalSearch,
  sequentialSearch,
  withLearnedRanking,
} from "../../src/schedule/index.ts";

const strategies: readonly Search[] = [guidedSearch, sequentialSearch, hierarchicalSearch];

/** The strategies, ranked by the templates and by what was learned. */
export const contenders: readonly Search[] = [...strategies, ...strategies.map(withLearnedRanking)];

/** What they are compared with: the cost models alone. */
export const predictions: Search = { ...exhaustiveSearch, name: "best predictions" };

/** The search whose trials of the other workloads stand for a cache that is not empty. */
export const teacher: Search = guidedSearch;
