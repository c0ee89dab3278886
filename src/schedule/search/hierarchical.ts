import type { CandidateOf, Family } from "../candidate.ts";
import { candidateText, templateId } from "../candidate.ts";
import type { CandidatePool } from "../candidate-pool.ts";
import { decisionsOf } from "./decisions.ts";
import { bestTried, inRandomOrder, makeProposal, takeOpening } from "./proposal.ts";
import { learnResiduals } from "./residuals.ts";
import type { Search, SearchState } from "./search.ts";

/** Programs that live at once, and generations of a proposal. */
const population = 64;
const generations = 4;

/** Measured programs that take part as parents. */
const parents = 8;

/** Chance that a child has two parents of one template; else one of its parameters changes. */
const crossoverShare = 0.3;

/** How much likelier a structure is drawn that is predicted to be faster: power of the ratio of times. */
const eagerness = 6;

/** Share of a proposal that is drawn at random. */
const randomShare = 0.1;

/**
 * Hierarchical search, as of Ansor (Zheng et al., 2020): structures first (a template and the first half of its
 * parameters, which shape the program), drawn by the best prediction of each, corrected by what was measured of it;
 * then complete programs sampled from them and evolved by mutation and crossover together with the best that were
 * measured. The fittest are proposed, and a few random ones.
 */
export const hierarchicalSearch: Search = {
  name: "hierarchical",
  propose: (state, count, random) => {
    const { pool, tried } = state;
    const proposal = makeProposal(tried, count);
    if (tried.length === 0) takeOpening(proposal, state);
    const drawn = Math.floor(proposal.room * randomShare);
    proposal.take(evolve(state, random), proposal.room - drawn);
    proposal.take(inRandomOrder(pool.ranked, random), drawn);
    proposal.take(pool.ranked);
    return proposal.candidates;
  },
};

/** A structure with its complete programs, the least predicted time first. */
interface Structure<F extends Family> {
  readonly programs: readonly CandidateOf<F>[];
  readonly cost: number;
}

/** Programs that were not measured, the fittest first. */
function evolve<F extends Family>(state: SearchState<F>, random: () => number): readonly CandidateOf<F>[] {
  const { pool, tried } = state;
  const residuals = learnResiduals(state, (candidate) => structureOf(candidate, pool));
  const scores = new Map(tried.map(({ candidate, score }) => [pool.find(candidate), score]));
  const fitnessOf = (candidate: CandidateOf<F>): number => {
    const known = scores.get(candidate);
    if (known !== undefined) return known;
    const residual = structureOf(candidate, pool).reduce(
      (around, group) => residuals.within(group, around),
      residuals.all,
    );
    return pool.predict(candidate) * Math.exp(residual);
  };
  const structures = structuresOf(
    pool.ranked.filter((candidate) => !scores.has(candidate)),
    pool,
    fitnessOf,
  );
  if (structures.length === 0) return [];
  const living = new Map<CandidateOf<F>, Living<F>>();
  const add = (candidate: CandidateOf<F>): void => {
    const member = pool.find(candidate);
    if (member === undefined || living.has(member)) return;
    living.set(member, { candidate: member, text: candidateText(member), fitness: fitnessOf(member) });
  };
  for (const { candidate } of bestTried(tried, parents)) add(candidate);
  const draw = drawByWeight(
    structures.map(({ cost }) => cost),
    random,
  );
  for (let i = 0; i < population; i++) add(drawProgram(structures[draw()] as Structure<F>, random));
  for (let generation = 0; generation < generations; generation++) {
    const adults = fittest(living);
    const pick = (): CandidateOf<F> => (adults[Math.floor(adults.length * random() ** 2)] as Living<F>).candidate;
    for (let i = 0; i < population; i++) add(makeChild(pick(), pick(), pool, random));
  }
  return fittest(living, Infinity).flatMap(({ candidate }) => (scores.has(candidate) ? [] : [candidate]));
}

interface Living<F extends Family> {
  readonly candidate: CandidateOf<F>;
  readonly text: string;
  readonly fitness: number;
}

function fittest<F extends Family>(
  living: ReadonlyMap<unknown, Living<F>>,
  count: number = population,
): readonly Living<F>[] {
  return [...living.values()].sort((a, b) => a.fitness - b.fitness || (a.text < b.text ? -1 : 1)).slice(0, count);
}

/** A child of two parents of one template, or of one parent with a parameter of a program drawn from the pool. */
function makeChild<F extends Family>(
  mother: CandidateOf<F>,
  father: CandidateOf<F>,
  pool: CandidatePool<F>,
  random: () => number,
): CandidateOf<F> {
  const { template } = mother;
  const names = pool.parameters(template);
  if (random() < crossoverShare && father.template === template) {
    const mixed = names.map((name) => [name, (random() < 0.5 ? mother : father).point[name] as number] as const);
    return { template, point: Object.fromEntries(mixed) };
  }
  const other = pool.ranked[Math.floor(random() * pool.ranked.length)] as CandidateOf<F>;
  const name = names[Math.floor(random() * names.length)] as string;
  const value = other.template === template ? other.point[name] : undefined;
  return value === undefined ? other : { template, point: { ...mother.point, [name]: value } };
}

/** A program of a structure: those predicted to be fast are likelier. */
function drawProgram<F extends Family>({ programs }: Structure<F>, random: () => number): CandidateOf<F> {
  return programs[Math.floor(programs.length * random() ** 2)] as CandidateOf<F>;
}

function structuresOf<F extends Family>(
  candidates: readonly CandidateOf<F>[],
  pool: CandidatePool<F>,
  fitnessOf: (candidate: CandidateOf<F>) => number,
): readonly Structure<F>[] {
  const shaping = new Map<F, readonly string[]>();
  const found = new Map<string, CandidateOf<F>[]>();
  for (const candidate of candidates) {
    const { template, point } = candidate;
    const names = shaping.get(template) ?? shapingParameters(template, pool);
    shaping.set(template, names);
    const text = `${templateId(template)} ${names.map((name) => point[name]).join()}`;
    const others = found.get(text);
    if (others === undefined) found.set(text, [candidate]);
    else others.push(candidate);
  }
  return [...found.values()].map((programs) => ({ programs, cost: fitnessOf(programs[0] as CandidateOf<F>) }));
}

/** The parameters that shape a program: the first half of them. */
function shapingParameters<F extends Family>(template: F, pool: CandidatePool<F>): readonly string[] {
  const names = pool.parameters(template);
  return names.slice(0, Math.ceil(names.length / 2));
}

/** The decisions that shape a program, its template before the parameters. */
function structureOf<F extends Family>(candidate: CandidateOf<F>, pool: CandidatePool<F>): readonly string[] {
  return decisionsOf(candidate, pool).slice(0, 1 + shapingParameters(candidate.template, pool).length);
}

/** Draws positions, likelier where the cost is small; uniformly where no cost is known. */
function drawByWeight(costs: readonly number[], random: () => number): () => number {
  const least = Math.min(...costs);
  const sums: number[] = [];
  let total = 0;
  for (const cost of costs) {
    total += Number.isFinite(least) ? (least / cost) ** eagerness : 1;
    sums.push(total);
  }
  return () => {
    const wanted = random() * total;
    const found = sums.findIndex((sum) => sum > wanted);
    return found < 0 ? sums.length - 1 : found;
  };
}
