import type { Candidate } from "./candidate.ts";
import { candidateText, templateId } from "./candidate.ts";
import type { DeviceFingerprint, Workload } from "./record.ts";
import { legalPoints, neighbours, snapPoint } from "./space.ts";
import type { Template } from "./template.ts";

/** Everything a search may propose for one workload. */
export interface CandidatePool {
  /**
   * All legal candidates, the least predicted time first; equal ones by the number of parameters in which they differ
   * from their template's seed, then by canonical text.
   */
  readonly ranked: readonly Candidate[];
  /** What the templates take without measurement, in the order of the templates. */
  readonly seeds: readonly Candidate[];
  /** Candidates of the same template that differ in one parameter. */
  neighbours(candidate: Candidate): readonly Candidate[];
  /** The legal candidate of a template (by `name@version`) nearest to a point; undefined when there is none. */
  snap(template: string, point: Candidate["point"]): Candidate | undefined;
}

/** The candidates of all templates for a workload, ranked by the templates' own cost models. */
export function makeCandidatePool(
  workload: Workload,
  templates: readonly Template[],
  device: DeviceFingerprint,
): CandidatePool {
  const spaces = new Map(templates.map((template) => [template, template.space(workload, device)] as const));
  const costed = [...spaces].flatMap(([template, space]) => {
    const seed = template.seed(workload, device);
    return [...legalPoints(space)].map((point): Costed => {
      const candidate = { template, point };
      const cost = template.cost(workload, point, device);
      const changes = space.parameters.filter(({ name }) => point[name] !== seed[name]).length;
      return { candidate, cost: Number.isNaN(cost) ? Infinity : cost, changes, text: candidateText(candidate) };
    });
  });
  costed.sort(compareCosted);
  return {
    ranked: costed.map(({ candidate }) => candidate),
    seeds: templates.map((template) => ({ template, point: template.seed(workload, device) })),
    neighbours: ({ template, point }) => {
      const space = spaces.get(template);
      return space === undefined ? [] : neighbours(space, point).map((other) => ({ template, point: other }));
    },
    snap: (id, point) => {
      const found = [...spaces].find(([template]) => templateId(template) === id);
      const snapped = found === undefined ? undefined : snapPoint(found[1], point);
      return found === undefined || snapped === undefined ? undefined : { template: found[0], point: snapped };
    },
  };
}

interface Costed {
  readonly candidate: Candidate;
  readonly cost: number;
  readonly changes: number;
  readonly text: string;
}

function compareCosted(a: Costed, b: Costed): number {
  if (a.cost !== b.cost) return a.cost - b.cost;
  return a.changes - b.changes || (a.text < b.text ? -1 : 1);
}
