import type { Selection, WeightedOperator } from "../../../passes/quantize/index.ts";
import type { PrecisionEdge } from "../../../targets/index.ts";
import type { Node, Value } from "../../ir/index.ts";

/** A layer whose precision can be chosen: an INT8 node with what is folded into it. */
export interface PrecisionUnit {
  /** First output of the node: what plans of a quantization name layers by. */
  readonly output: string;
  /** Names of its nodes. */
  readonly nodes: readonly string[];
  /** What it has in common with others, from little to all: operator and window, size, channels, itself. */
  readonly kinds: readonly string[];
  /** Multiplications, or elements moved: what is worth telling apart. */
  readonly work: number;
}

/** Layers of one kind. */
export interface UnitGroup {
  readonly name: string;
  readonly units: readonly PrecisionUnit[];
}

/** So many groups at most: a search among the 2^10 mixtures of them is ranked as a whole. */
export const mostGroups = 10;

/** The layers that a selection makes INT8, in the order of the graph. */
export function precisionUnits(selection: Selection): readonly PrecisionUnit[] {
  const folded = new Map<Node, Node[]>();
  for (const [node, decision] of selection.decisions)
    if (decision.state === "folded") folded.set(decision.into, [...(folded.get(decision.into) ?? []), node]);
  const weighted = new Map(selection.weighted.map((operator) => [operator.node, operator]));
  return [...selection.decisions].flatMap(([node, { state }]) => {
    const output = node.outputs[0];
    if (state !== "int8" || output === undefined) return [];
    const nodes = [node, ...(folded.get(node) ?? [])].map(({ name }) => name);
    return [{ output: output.name, nodes, ...kindsOf(node, output, weighted.get(node)) }];
  });
}

function kindsOf(
  node: Node,
  output: Value,
  operator: WeightedOperator | undefined,
): Pick<PrecisionUnit, "kinds" | "work"> {
  const [before, shape] = [dimsOf(node.inputs[0]), dimsOf(output)];
  const filter = operator?.weights.constant?.shape ?? [];
  // Filters are [outputs, inputs of a group, window…]; weights of a product have two dimensions.
  const window = filter.slice(2);
  const isPicture = shape.length >= 4;
  const places = isPicture ? shape.slice(2) : [];
  const [inputs, channels] = [before, shape].map((dims) => dims.at(isPicture ? 1 : -1) ?? 1) as [number, number];
  const base = [
    node.opType,
    ...(window.length > 0 ? [window.join("x")] : []),
    ...(window.length > 0 && filter[1] === 1 && inputs > 1 ? ["depthwise"] : []),
    ...(isPicture && places.every((dim) => dim === 1) ? ["on one pixel"] : []),
  ].join(" ");
  const sized = isPicture ? `${base} at ${places.join("x")}` : base;
  const full = `${sized} ${operator === undefined ? `of ${channels}` : `${inputs}->${channels}`}`;
  const terms = operator === undefined ? 1 : product(filter) / (filter[operator.channelAxis ?? 0] ?? 1);
  return { kinds: [base, sized, full, `${full} (${node.name})`], work: product(shape) * terms };
}

function product(dims: readonly number[]): number {
  return dims.reduce((result, dim) => result * dim, 1);
}

function dimsOf(value: Value | undefined): readonly number[] {
  const shape = value?.type?.kind === "tensor" ? (value.type.shape ?? []) : [];
  return shape.map((dim) => (typeof dim === "number" ? dim : 1));
}

/**
 * Groups of layers of one kind, at most {@link mostGroups}: like layers gain alike, and a search over all layers one by one
 * has too many mixtures. Begins with operators, and tells further apart the group with most work while there is room; where
 * there are too many operators those with least work are one group.
 */
export function groupUnits(units: readonly PrecisionUnit[], most = mostGroups): readonly UnitGroup[] {
  let groups = splitBy(units, 0).map((group) => ({ ...group, depth: 0 }));
  if (groups.length > most) {
    const ranked = [...groups].sort((a, b) => workOf(b) - workOf(a) || (a.name < b.name ? -1 : 1));
    const rest = new Set(ranked.slice(most - 1));
    const left = new Set([...rest].flatMap((group) => group.units));
    const others = { name: "others", units: units.filter((unit) => left.has(unit)) };
    return [...groups.filter((group) => !rest.has(group)), others].map(({ name, units: own }) => ({
      name,
      units: own,
    }));
  }
  for (;;) {
    const open = groups
      .filter(({ depth }) => depth < 3)
      .map((group) => ({ group, parts: partsOf(group) }))
      .filter(({ parts }) => groups.length - 1 + parts.length <= most)
      .sort((a, b) => workOf(b.group) - workOf(a.group) || (a.group.name < b.group.name ? -1 : 1));
    const [next] = open;
    if (next === undefined) return groups.map(({ name, units: own }) => ({ name, units: own }));
    groups = groups.flatMap((group) => (group === next.group ? next.parts : [group]));
  }
}

interface DeepGroup extends UnitGroup {
  readonly depth: number;
}

function partsOf({ name, units, depth }: DeepGroup): readonly DeepGroup[] {
  const parts = splitBy(units, depth + 1);
  // A group of one kind keeps its short name.
  return parts.length === 1
    ? [{ name, units, depth: depth + 1 }]
    : parts.map((part) => ({ ...part, depth: depth + 1 }));
}

function splitBy(units: readonly PrecisionUnit[], depth: number): readonly UnitGroup[] {
  const parts = new Map<string, PrecisionUnit[]>();
  for (const unit of units) {
    const kind = unit.kinds[depth] as string;
    parts.set(kind, [...(parts.get(kind) ?? []), unit]);
  }
  return [...parts].map(([name, own]) => ({ name, units: own }));
}

function workOf({ units }: UnitGroup): number {
  return units.reduce((sum, { work }) => sum + work, 0);
}

/** The values that are quantized, with the groups that compute and read them. */
export function precisionEdges(selection: Selection, groups: readonly UnitGroup[]): readonly PrecisionEdge[] {
  const places = new Map(
    groups.flatMap(({ units }, place) => units.flatMap(({ output }) => ({ output, place }))).map((p) => [p.output, p]),
  );
  const groupOf = (node: Node | undefined): number | undefined => {
    const decision = node === undefined ? undefined : selection.decisions.get(node);
    const owner = decision?.state === "folded" ? decision.into : node;
    return places.get(owner?.outputs[0]?.name ?? "")?.place;
  };
  return selection.values.map((value) => ({
    from: groupOf(value.producer),
    to: [...new Set([...value.uses].map((use) => (use.kind === "node" ? groupOf(use.node) : undefined)))],
    elements: product(dimsOf(value)),
  }));
}
