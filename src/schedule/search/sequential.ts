import type { CandidateOf, Family } from "../candidate.ts";
import type { CandidatePool } from "../candidate-pool.ts";
import { decider, decisionsOf } from "./decisions.ts";
import { makeProposal, takeOpening } from "./proposal.ts";
import type { Residuals } from "./residuals.ts";
import { learnResiduals } from "./residuals.ts";
import type { Search } from "./search.ts";

/** Unfinished programs that are kept after every decision. */
const beamWidth = 6;

/** An unfinished program that takes more than so many times the best one is given up. */
const prunedBeyond = 1.5;

/** Share of the unfinished programs that are dropped at random, so that programs of one proposal differ. */
const dropout = 0.3;

/**
 * Sequential construction, as of Halide's autoscheduler (Adams et al., 2019): programs are built decision by decision,
 * first the template, then its parameters in their order. An unfinished program is worth the least time predicted for
 * its completions, corrected by what was measured of programs that share its decisions; a beam of the best goes on, the
 * others are pruned. Each program of a proposal comes from a beam search of its own, after the first with random dropout.
 */
export const sequentialSearch: Search = {
  name: "sequential",
  propose: (state, count, random) => {
    const { pool, tried } = state;
    const proposal = makeProposal(tried, count);
    if (tried.length === 0) takeOpening(proposal, state);
    const residuals = learnResiduals(state, (candidate) => decisionsOf(candidate, pool));
    const known = new Set([...tried.map(({ candidate }) => candidate), ...proposal.candidates].map(pool.find));
    let left = pool.ranked.filter((candidate) => !known.has(candidate));
    let isFirst = true;
    while (proposal.room > 0 && left.length > 0) {
      const built = buildProgram(left, pool, residuals, isFirst ? () => 1 : random);
      isFirst = false;
      left = left.filter((candidate) => candidate !== built);
      proposal.take([built]);
    }
    return proposal.candidates;
  },
};

/** Decisions that were made, and what can still become of them. */
interface Unfinished<F extends Family> {
  readonly text: string;
  /** Decisions made; the template is the first. */
  readonly depth: number;
  /** Completions, the least predicted time first; never empty. */
  readonly completions: readonly CandidateOf<F>[];
  readonly residual: number;
  readonly cost: number;
}

function buildProgram<F extends Family>(
  left: readonly CandidateOf<F>[],
  pool: CandidatePool<F>,
  residuals: Residuals,
  random: () => number,
): CandidateOf<F> {
  let beam: readonly Unfinished<F>[] = [
    { text: "", depth: 0, completions: left, residual: residuals.all, cost: Infinity },
  ];
  for (;;) {
    const [best] = beam;
    if (beam.every(({ completions }) => completions.length === 1)) return best?.completions[0] as CandidateOf<F>;
    const grown = beam.flatMap((program) => decide(program, pool, residuals)).sort((a, b) => a.cost - b.cost);
    const kept = grown.filter(() => random() >= dropout);
    const survivors = kept.length > 0 ? kept : grown.slice(0, 1);
    const limit = (survivors[0]?.cost ?? Infinity) * prunedBeyond;
    beam = survivors.filter(({ cost }) => cost <= limit).slice(0, beamWidth);
  }
}

/** The program with each value of its next decision; itself where only one completion is left. */
function decide<F extends Family>(
  program: Unfinished<F>,
  pool: CandidatePool<F>,
  residuals: Residuals,
): readonly Unfinished<F>[] {
  const { text, depth, completions } = program;
  if (completions.length === 1) return [program];
  const byDecision = new Map<string, CandidateOf<F>[]>();
  const decisionOf = decider(completions[0] as CandidateOf<F>, depth, pool);
  for (const candidate of completions) {
    const decision = decisionOf(candidate);
    const others = byDecision.get(decision);
    if (others === undefined) byDecision.set(decision, [candidate]);
    else others.push(candidate);
  }
  return [...byDecision].map(([decision, rest]) => {
    const longer = `${text} ${decision}`;
    const residual = residuals.within(longer, program.residual);
    const cost = pool.predict(rest[0] as CandidateOf<F>) * Math.exp(residual);
    return { text: longer, depth: depth + 1, completions: rest, residual, cost };
  });
}
