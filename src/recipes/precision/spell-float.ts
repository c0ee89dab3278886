import type { Alternative } from "../../../passes/alternatives/index.ts";
import { alternatives } from "../../../passes/alternatives/index.ts";
import type { QuantizationPlan, Selection } from "../../../passes/quantize/index.ts";
import { exclusionTest, selectForTarget } from "../../../passes/quantize/index.ts";
import type { Model, Node } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";
import { inferTypes } from "../../ops/index.ts";
import type { TargetFacts } from "../../pipeline/index.ts";
import { plainPlan } from "./mix-precision.ts";
import { nameNodes } from "../name-nodes.ts";
import type { UnitGroup } from "./precision-units.ts";
import type { Int8Recipe } from "../quantize-form.ts";
import { spelledRanges } from "./spelled-ranges.ts";

/** Another spelling that has a place in a model. */
export interface OfferedAlternative {
  readonly name: string;
  readonly summary: string;
  /** So many places. */
  readonly places: number;
}

/** A float model in another spelling, with what an INT8 model of it is made from. */
export interface SpelledFloat {
  readonly recipe: Int8Recipe;
  /** Its alternatives that changed something, by name. */
  readonly rewrites: readonly string[];
  /** The INT8 layers that stay float when only these groups are INT8: their first outputs. */
  floatOutputs(int8: ReadonlySet<string>): readonly string[];
  /** The plan of its plain INT8. */
  plan(): QuantizationPlan;
}

/** The spellings of a model. */
export interface Spellings {
  readonly offered: readonly OfferedAlternative[];
  of(rewrites: ReadonlySet<string>): SpelledFloat;
}

/** So many alternatives of one model at most: each doubles what there is to rank. */
const mostOffered = 5;

/** Opens the spellings of a recipe whose layers are these groups; what the user switched off is not offered. */
export function openSpellings(
  recipe: Int8Recipe,
  groups: readonly UnitGroup[],
  facts: TargetFacts,
  disabled: ReadonlySet<string>,
  signal: AbortSignal,
): Spellings {
  const rewrite = (model: Model, { run }: Alternative): number =>
    run(model, {
      ...{ options: null, target: facts, executor: undefined, signal, disabledRules: disabled },
      report: () => undefined,
    }).changes;
  const found = alternatives
    .filter(({ name }) => !disabled.has(name))
    .map((each) => ({ each, places: rewrite(cloneModel(recipe.float), each) }))
    .filter(({ places }) => places > 0)
    .slice(0, mostOffered);
  const known = new Map<string, SpelledFloat>();
  const groupOf = new Map(
    groups.flatMap(({ name, units }) => units.flatMap(({ nodes }) => nodes.map((node) => [node, name] as const))),
  );
  return {
    offered: found.map(({ each, places }) => ({ name: each.name, summary: each.summary, places })),
    of: (rewrites) => {
      const wanted = found.filter(({ each }) => rewrites.has(each.name)).map(({ each }) => each);
      const key = wanted.map(({ name }) => name).join();
      const earlier = known.get(key);
      if (earlier !== undefined) return earlier;
      const spelled = spell(recipe, wanted, groupOf, facts, rewrite);
      known.set(key, spelled);
      return spelled;
    },
  };
}

function spell(
  recipe: Int8Recipe,
  wanted: readonly Alternative[],
  groupOf: ReadonlyMap<string, string>,
  facts: TargetFacts,
  rewrite: (model: Model, each: Alternative) => number,
): SpelledFloat {
  const float = cloneModel(recipe.float);
  const restoreNames = withOwnNames(float);
  const rewrites = wanted.filter((each) => rewrite(float, each) > 0).map(({ name }) => name);
  inferTypes(float, { onConflict: "replace" });
  // New nodes are called after those that they stand for.
  const origins = originalNodes(recipe.float);
  const owners = new Map([...float.graph.nodes()].map((node) => [node, originOf(node.name, origins)]));
  restoreNames();
  const isExcluded = exclusionTest(recipe.exclusions);
  const left = [...owners].flatMap(([node, owner]) => {
    const origin = origins.get(owner);
    return origin !== undefined && isExcluded(origin) !== undefined ? [node.output.name] : [];
  });
  const exclusions = { ...recipe.exclusions, outputsToExclude: [...recipe.exclusions.outputsToExclude, ...left] };
  const ranged = spelledRanges({ ...recipe, float, exclusions }, facts);
  const selection = selectForTarget(float, facts, ranged.exclusions);
  let plan: QuantizationPlan | undefined;
  return {
    ...{ recipe: ranged, rewrites },
    floatOutputs: (int8) => outputsOutside(selection, int8, owners, groupOf),
    plan: () => (plan ??= plainPlan(ranged, selection, facts)),
  };
}

/** The INT8 layers outside of these groups. Those of no group are INT8 where any other is: a spelling made them. */
function outputsOutside(
  { decisions }: Selection,
  int8: ReadonlySet<string>,
  owners: ReadonlyMap<Node, string>,
  groupOf: ReadonlyMap<string, string>,
): readonly string[] {
  return [...decisions].flatMap(([node, { state }]) => {
    const group = groupOf.get(owners.get(node) ?? "");
    const isInt8 = group === undefined ? int8.size > 0 : int8.has(group);
    return state !== "int8" || isInt8 ? [] : [node.output.name];
  });
}

/** Names all nodes one by one; gives what puts back the names that the others came with. */
function withOwnNames(model: Model): () => void {
  const before = new Map([...model.graph.nodes()].map((node) => [node, node.name]));
  nameNodes(model);
  const given = new Map([...before].map(([node, name]) => [node.name, name]));
  return () => {
    for (const node of model.graph.nodes()) node.name = given.get(node.name) ?? node.name;
  };
}

/** The name without what was appended to it when a node was made in its place. */
function originOf(name: string, known: ReadonlyMap<string, Node>): string {
  for (let at = name; ; at = at.slice(0, at.lastIndexOf("/"))) {
    if (known.has(at) || !at.includes("/")) return at;
  }
}

function originalNodes(float: Model): ReadonlyMap<string, Node> {
  const named = cloneModel(float);
  nameNodes(named);
  return new Map([...named.graph.nodes()].map((node) => [node.name, node]));
}
