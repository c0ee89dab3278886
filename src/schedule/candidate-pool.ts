import type { CandidateOf, Family } from "./candidate.ts";
import { candidateText, templateId } from "./candidate.ts";
import type { DeviceFingerprint, Point, Workload } from "./record.ts";
import { legalPoints, neighbours, snapPoint } from "./space.ts";
import type { Space, Template } from "./template.ts";

/** Everything a search may propose for one workload: points of kernels' templates, or of any other family. */
export interface CandidatePool<F extends Family = Template> {
  readonly workload: Workload;
  /**
   * All legal candidates, the least predicted time first; equal ones by the number of parameters in which they differ
   * from their family's seed, then by canonical text.
   */
  readonly ranked: readonly CandidateOf<F>[];
  /** What is taken without measurement, in the order of the families. */
  readonly seeds: readonly CandidateOf<F>[];
  /** What families want tried early besides their seeds, in their order. */
  readonly openings: readonly CandidateOf<F>[];
  /** The time predicted for a candidate of the pool, in any unit that is one for all of them; Infinity for others. */
  predict(candidate: CandidateOf<F>): number;
  /** The member of `ranked` that a candidate is equal to; undefined when there is none. */
  find(candidate: CandidateOf<F>): CandidateOf<F> | undefined;
  /** Names of the parameters of a family, those that shape the program before those that polish it. */
  parameters(template: F): readonly string[];
  /** Candidates of the same family that differ in one parameter. */
  neighbours(candidate: CandidateOf<F>): readonly CandidateOf<F>[];
  /** The legal candidate of a family (by `name@version`) nearest to a point; undefined when there is none. */
  snap(template: string, point: Point): CandidateOf<F> | undefined;
}

/** The points of one family for one workload. */
export interface CandidateSource<F extends Family> {
  readonly template: F;
  readonly space: Space;
  readonly seed: Point;
  /** Points worth a trial early; none where left out. */
  readonly openings?: readonly Point[];
  /** The predicted time of a point; NaN counts as Infinity. */
  cost(point: Point): number;
}

/** The candidates of all templates for a workload, ranked by the templates' own cost models. */
export function makeCandidatePool(
  workload: Workload,
  templates: readonly Template[],
  device: DeviceFingerprint,
): CandidatePool {
  const sources = templates.map((template) => ({
    template,
    space: template.space(workload, device),
    seed: template.seed(workload, device),
    openings: template.openings?.(workload, device) ?? [],
    cost: (point: Point) => template.cost(workload, point, device),
  }));
  return poolCandidates(workload, sources);
}

/** The candidates of families of any kind, ranked by their predictions on first need: that takes long where there are many. */
export function poolCandidates<F extends Family>(
  workload: Workload,
  sources: readonly CandidateSource<F>[],
): CandidatePool<F> {
  const byTemplate = new Map(sources.map((source) => [source.template, source] as const));
  let known: Ranking<F> | undefined;
  const ranking = (): Ranking<F> => (known ??= rank(sources));
  const find = (candidate: CandidateOf<F>): CandidateOf<F> | undefined =>
    ranking().costs.has(candidate) ? candidate : ranking().members.get(candidateText(candidate));
  return {
    workload,
    get ranked() {
      return ranking().ranked;
    },
    seeds: sources.map(({ template, seed }) => ({ template, point: seed })),
    openings: sources.flatMap(({ template, openings = [] }) => openings.map((point) => ({ template, point }))),
    predict: (candidate) => {
      const member = find(candidate);
      return member === undefined ? Infinity : (ranking().costs.get(member) as number);
    },
    find,
    parameters: (template) => byTemplate.get(template)?.space.parameters.map(({ name }) => name) ?? [],
    neighbours: ({ template, point }) => {
      const space = byTemplate.get(template)?.space;
      return space === undefined ? [] : neighbours(space, point).map((other) => ({ template, point: other }));
    },
    snap: (id, point) => {
      const found = sources.find(({ template }) => templateId(template) === id);
      const snapped = found === undefined ? undefined : snapPoint(found.space, point);
      return found === undefined || snapped === undefined ? undefined : { template: found.template, point: snapped };
    },
  };
}

interface Ranking<F extends Family> {
  readonly ranked: readonly CandidateOf<F>[];
  readonly costs: ReadonlyMap<CandidateOf<F>, number>;
  readonly members: ReadonlyMap<string, CandidateOf<F>>;
}

function rank<F extends Family>(sources: readonly CandidateSource<F>[]): Ranking<F> {
  const costed = sources.flatMap(({ template, space, seed, cost: costOf }) =>
    [...legalPoints(space)].map((point): Costed<F> => {
      const candidate = { template, point };
      const cost = costOf(point);
      const changes = space.parameters.filter(({ name }) => point[name] !== seed[name]).length;
      return { candidate, cost: Number.isNaN(cost) ? Infinity : cost, changes, text: candidateText(candidate) };
    }),
  );
  costed.sort(compareCosted);
  return {
    ranked: costed.map(({ candidate }) => candidate),
    costs: new Map(costed.map(({ candidate, cost }) => [candidate, cost])),
    members: new Map(costed.map(({ text, candidate }) => [text, candidate])),
  };
}

interface Costed<F extends Family> {
  readonly candidate: CandidateOf<F>;
  readonly cost: number;
  readonly changes: number;
  readonly text: string;
}

function compareCosted(a: Costed<Family>, b: Costed<Family>): number {
  if (a.cost !== b.cost) return a.cost - b.cost;
  return a.changes - b.changes || (a.text < b.text ? -1 : 1);
}
