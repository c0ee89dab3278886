import type { Model } from "../../../src/ir/index.ts";
import { cloneModel } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import type { ResolvedChannels } from "../../../src/prune/index.ts";
import { chooseKept, keptCount, relativeFilterNorms } from "../../../src/prune/index.ts";
import { checkSparsity } from "../check-sparsity.ts";
import { applyChannelPruning } from "./apply-pruning.ts";
import { ChannelFlow, keyOf } from "./channel-flow.ts";
import { modelCost } from "./model-cost.ts";
import type {
  ChannelPruningOptions,
  ChannelPruningPlan,
  LockedChannels,
  NodeEdit,
  ParameterCut,
  PrunedSet,
} from "./plan.ts";
import { followNode } from "./rules/index.ts";

/**
 * Decides which channels go: the least by the L1 norm of the filters that make them (Li et al., ICLR 2017), each
 * member's norms relative to their mean, summed over all that must go together (DepGraph, Fang et al., CVPR 2023).
 * The model stays as it is. Throws IO0601 for a sparsity outside of [0, 1).
 */
export function planChannelPruning(model: Model, options: ChannelPruningOptions): ChannelPruningPlan {
  checkSparsity(options.sparsity);
  const copy = cloneModel(model);
  inferTypes(copy);
  const before = modelCost(copy);
  const flow = new ChannelFlow(copy);
  for (const node of copy.graph.nodes()) followNode(node, flow);
  flow.lockInterface();
  const resolved = flow.classes.resolve();
  const scores = scoresOf(flow);
  const removed = new Set<number>();
  const sets: PrunedSet[] = [];
  for (const { labels, classes } of resolved.sets) {
    const kept = keptCount(classes.length, options);
    const stays = new Set(
      chooseKept(
        classes.map((root) => scores.get(root) ?? 0),
        kept,
      ),
    );
    classes.forEach((root, place) => (stays.has(place) ? undefined : removed.add(root)));
    sets.push({ members: namesOf(flow, labels), channels: classes.length, kept });
  }
  const isKept = (id: number): boolean => !removed.has(resolved.classOf(id));
  const plan = {
    sets,
    locked: lockedOf(flow, resolved),
    cuts: cutsOf(flow, isKept),
    edits: editsOf(flow, isKept),
    values: [...flow.layouts].flatMap(([value, { axis, ids }]) => {
      const size = ids.filter(isKept).length;
      return size === ids.length ? [] : [{ value: value.name, axis, size }];
    }),
  };
  applyChannelPruning(copy, plan, "shrink");
  return { ...plan, before, after: modelCost(copy) };
}

function namesOf(flow: ChannelFlow, labels: readonly number[]): readonly string[] {
  return [...new Set(labels.map((label) => flow.members[label] as string))];
}

/** The score of each class: the relative norms of its filters, summed. */
function scoresOf(flow: ChannelFlow): ReadonlyMap<number, number> {
  const scores = new Map<number, number>();
  for (const { constant, axis, ids, role } of flow.slices) {
    if (role !== "filter" || constant.constant === undefined) continue;
    const norms = relativeFilterNorms(constant.constant, axis);
    ids.forEach((id, place) => {
      const root = flow.classes.find(id);
      scores.set(root, (scores.get(root) ?? 0) + (norms[place] as number));
    });
  }
  return scores;
}

/** What stays, by the node that needs it; channels that no node of ours makes are left out. */
function lockedOf(flow: ChannelFlow, resolved: ResolvedChannels): readonly LockedChannels[] {
  const found = new Map<string, { node: string; reason: string; channels: number; labels: Set<number> }>();
  for (const { labels, lock } of resolved.locked) {
    if (labels.length === 0) continue;
    const key = JSON.stringify([lock.node, lock.reason]);
    const entry = found.get(key) ?? { ...lock, channels: 0, labels: new Set<number>() };
    entry.channels++;
    for (const label of labels) entry.labels.add(label);
    found.set(key, entry);
  }
  return [...found.values()].map(({ node, reason, channels, labels }) => ({
    node,
    reason,
    channels,
    members: namesOf(flow, [...labels]),
  }));
}

function cutsOf(flow: ChannelFlow, isKept: (id: number) => boolean): readonly ParameterCut[] {
  const cuts = new Map<string, ParameterCut & { axes: ParameterCut["axes"][number][] }>();
  for (const { node, input, constant, axis, ids, role } of flow.slices) {
    const kept: number[] = [];
    ids.forEach((id, place) => void (isKept(id) && kept.push(place)));
    if (kept.length === ids.length) continue;
    const key = JSON.stringify([keyOf(node), input]);
    const cut = cuts.get(key) ?? { node: keyOf(node), input, constant: constant.name, axes: [] };
    cut.axes.push({ axis, kept, zeroWhenMasked: role !== "between" });
    cuts.set(key, cut);
  }
  return [...cuts.values()];
}

function editsOf(flow: ChannelFlow, isKept: (id: number) => boolean): readonly NodeEdit[] {
  return flow.edits.flatMap((edit) => {
    let changed = false;
    const edits = edit((ids) => {
      const kept = ids.filter(isKept).length;
      changed ||= kept !== ids.length;
      return kept;
    });
    return changed ? edits : [];
  });
}
