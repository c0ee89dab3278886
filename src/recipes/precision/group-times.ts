import type { PrecisionGroup } from "../../../targets/index.ts";
import type { Model } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";
import type { ChoiceRecord, NetworkProfile, ScheduleCache } from "../../schedule/index.ts";
import { newestFirst } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { nameNodes } from "../name-nodes.ts";
import type { UnitGroup } from "./precision-units.ts";
import { profilePeers } from "../regions/profile-network.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";

/** The two models whose nodes are timed; their nodes have the same names. */
export interface ProfiledModels {
  readonly float: Model;
  readonly int8: Model;
}

/** A copy whose nodes are named one by one, and in the same way for the same graph with Q/DQ added. */
export function withNames(model: Model): Model {
  const copy = cloneModel(model);
  nameNodes(copy);
  return copy;
}

/** Times recorded under a key; undefined when there are none, or when others are asked for. */
export function recordedTimes(
  cache: ScheduleCache,
  key: string,
  groups: readonly UnitGroup[],
): readonly PrecisionGroup[] | undefined {
  const [newest] = cache
    .choices(key)
    .filter((choice): choice is ChoiceRecord => choice.scope === "layers")
    .sort(newestFirst);
  const known = new Map((newest?.groups ?? []).map((group) => [group.name, group]));
  const found = groups.flatMap(({ name }) => known.get(name) ?? []);
  return found.length === groups.length ? found : undefined;
}

/**
 * What groups of layers take in ONNX Runtime, in float and in INT8: the sums of its own nodes' times. Kept in the records,
 * so that a search that was interrupted goes on in the same order. Zeros where nothing can be profiled.
 */
export async function measureTimes(
  { float, int8 }: ProfiledModels,
  groups: readonly UnitGroup[],
  { cache, key, samples, run }: { cache: ScheduleCache; key: string; samples: Samples; run: Run },
): Promise<readonly PrecisionGroup[]> {
  const places = new Map(
    groups.flatMap(({ units }, place) => units.flatMap(({ nodes }) => nodes.map((node) => [node, place] as const))),
  );
  const before = sumOf((await profilePeers(float, samples, run)) ?? [], places);
  const after = sumOf((await profilePeers(int8, samples, run)) ?? [], places);
  const times = groups.map(({ name }, place) => ({
    name,
    floatNs: before.get(place) ?? 0,
    int8Ns: after.get(place) ?? 0,
  }));
  cache.append([
    {
      ...{ v: 1, kind: "choice", key, model: "", scope: "layers", at: new Date().toISOString(), tool: version },
      ...{ chosen: "profile", reason: "ONNX Runtime's own times of its nodes, one thread", groups: times },
    },
  ]);
  return times;
}

/** The times by group. A node of ONNX Runtime that stands for several layers counts for the first. */
function sumOf(peers: NetworkProfile["peers"], places: ReadonlyMap<string, number>): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { ns, nodes } of peers) {
    const [place] = nodes.flatMap((node) => places.get(node) ?? []);
    if (place !== undefined) sums.set(place, (sums.get(place) ?? 0) + ns);
  }
  return sums;
}
