import type { Candidate } from "../candidate.ts";
import { candidateText } from "../candidate.ts";
import type { TriedCandidate } from "./search.ts";

/** A list of candidates under construction: at most `count`, none twice, none that was tried. */
export interface Proposal {
  readonly candidates: readonly Candidate[];
  readonly room: number;
  /** Takes candidates in their order while there is room, at most `limit` of them. */
  take(candidates: Iterable<Candidate>, limit?: number): void;
}

/** An empty proposal. */
export function makeProposal(tried: readonly TriedCandidate[], count: number): Proposal {
  const seen = new Set(tried.map(({ candidate }) => candidateText(candidate)));
  const candidates: Candidate[] = [];
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

/** The candidates in an order drawn at random, lazily (Fisher and Yates). */
export function* inRandomOrder(candidates: readonly Candidate[], random: () => number): Generator<Candidate> {
  const rest = [...candidates];
  while (rest.length > 0) {
    const at = Math.floor(random() * rest.length);
    const drawn = rest[at] as Candidate;
    rest[at] = rest.at(-1) as Candidate;
    rest.pop();
    yield drawn;
  }
}
