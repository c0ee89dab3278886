import type { Candidate } from "./candidate.ts";
import { candidateText, templateId } from "./candidate.ts";
import type { DeviceFingerprint, Workload } from "./record.ts";
import { legalPoints, neighbours, snapPoint } from "./space.ts";
import type { Template } from "./template.ts";

/** Everything a search may propose for one workload. */
export interface CandidatePool {
  /** All legal candidates, the least predicted time first, ties by canonical text. */
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
  const costed = [...spaces].flatMap(([template, space]) =>
    [...legalPoints(space)].map((point) => {
      const candidate = { template, point };
      const cost = template.cost(workload, point, device);
      return { candidate, text: candidateText(candidate), cost: Number.isNaN(cost) ? Infinity : cost };
    }),
  );
  costed.sort((a, b) => (a.cost === b.cost ? (a.text < b.text ? -1 : 1) : a.cost - b.cost));
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
