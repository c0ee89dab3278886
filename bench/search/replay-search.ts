import type { Candidate, CandidatePool, Lesson, Search, TriedCandidate } from "../../src/schedule/index.ts";
import { candidateText } from "../../src/schedule/index.ts";
import { seededRandom } from "../../src/measure/index.ts";
import type { TimingTable } from "./timing-table.ts";

/** Candidates of the first turn and of later ones, as `--tune default` has them, and `extensive` where it goes on. */
const turns = { first: 14, later: 5, last: 8 };
const defaultTrials = 24;

/** What a search begins with besides the templates. */
export interface Experience {
  readonly related: readonly Candidate[];
  readonly lessons: readonly Lesson[];
}

/** A search as it went: what was tried, in order; twins of tried kernels are no trials. */
export interface SearchRun {
  readonly tried: readonly TriedCandidate[];
  readonly proposeMs: number;
}

/** Lets a search choose up to `trials` kernels of a workload; their times come from the table. */
export async function replaySearch(
  search: Search,
  pool: CandidatePool,
  table: TimingTable,
  { related, lessons }: Experience,
  trials: number,
  seed: number,
): Promise<SearchRun> {
  const known = new Map<string, TriedCandidate>();
  const codes = new Set<string>();
  const tried: TriedCandidate[] = [];
  let proposeMs = 0;
  while (tried.length < trials) {
    const turn = known.size === 0 ? turns.first : tried.length < defaultTrials ? turns.later : turns.last;
    const count = Math.min(turn, trials - tried.length);
    const state = { pool, related, tried: [...known.values()], lessons: () => lessons };
    const start = performance.now();
    const proposed = search.propose(state, count, seededRandom(seed * 1_000_003 + known.size));
    proposeMs += performance.now() - start;
    if (proposed.length === 0) break;
    const entries = await table.lookUp(proposed);
    proposed.forEach((candidate, i) => {
      const { score = Infinity, code = "" } = entries[i] ?? {};
      known.set(candidateText(candidate), { candidate, score });
      if (code === "" || !codes.has(code)) tried.push({ candidate, score });
      codes.add(code);
    });
  }
  return { tried, proposeMs };
}
