import type { CandidateOf, Family } from "../candidate.ts";
import { templateId } from "../candidate.ts";
import type { CandidatePool } from "../candidate-pool.ts";

/** Tells what was decided at a depth: the template, then a value; of programs of one template after the first decision. */
export function decider<F extends Family>(
  { template }: CandidateOf<F>,
  depth: number,
  pool: CandidatePool<F>,
): (candidate: CandidateOf<F>) => string {
  if (depth === 0) return (candidate) => templateId(candidate.template);
  const name = pool.parameters(template)[depth - 1] as string;
  return ({ point }) => String(point[name]);
}

/** The texts of a candidate's decisions, each with those before it: groups of candidates, every one within the last. */
export function decisionsOf<F extends Family>(candidate: CandidateOf<F>, pool: CandidatePool<F>): readonly string[] {
  let text = "";
  return Array.from({ length: pool.parameters(candidate.template).length + 1 }, (_, depth) => {
    text += ` ${decider(candidate, depth, pool)(candidate)}`;
    return text;
  });
}
