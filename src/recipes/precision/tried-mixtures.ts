import type { TriedMixture } from "../../events.ts";
import type { TrialRecord } from "../../schedule/index.ts";
import { pointText } from "../../schedule/index.ts";
import type { UnitGroup } from "./precision-units.ts";

/** The mixtures of a search in the order in which they were first tried, each with its least time over all its trials. */
export function triedMixtures(
  groups: readonly Pick<UnitGroup, "name">[],
  trials: readonly TrialRecord[],
  alternatives: readonly { readonly name: string }[] = [],
): readonly TriedMixture[] {
  const byMixture = new Map<string, TrialRecord[]>();
  for (const trial of [...trials].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    const key = `${trial.template} ${pointText(trial.point)}`;
    byMixture.set(key, [...(byMixture.get(key) ?? []), trial]);
  }
  return [...byMixture.values()].map((own) => {
    const [{ point }] = own as [TrialRecord];
    const times = own.flatMap(({ status, ns }) => (status === "ok" && ns !== undefined ? ns.min : []));
    const rewrites = alternatives.map(({ name }) => name).filter((name) => point[name] === 1);
    return {
      floatGroups: groups.filter(({ name }) => point[name] !== 1).length,
      ...(rewrites.length === 0 ? {} : { rewrites }),
      ...(times.length === 0 ? {} : { ns: Math.min(...times) }),
    };
  });
}
