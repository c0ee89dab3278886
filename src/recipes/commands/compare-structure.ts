import type { Graph, Model, Node } from "../../ir/index.ts";
import { countNodes, countOperators } from "../make-form.ts";

/** How the graphs of two models differ. */
export interface StructureComparison {
  readonly nodes: readonly [number, number];
  /** Counts of each operator in either, by name; equal ones too. */
  readonly operators: Readonly<Record<string, readonly [number, number]>>;
  /** Nodes of the main graph that only the second has, and that only the first has: operator and name. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Sets two graphs against each other; nodes are the same when operator and name, or first output, are. */
export function compareStructure(a: Model, b: Model): StructureComparison {
  const [before, after] = [countOperators(a), countOperators(b)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const [left, right] = [nodesOf(a.graph), nodesOf(b.graph)];
  return {
    nodes: [countNodes(a), countNodes(b)],
    operators: Object.fromEntries(names.map((name) => [name, [before[name] ?? 0, after[name] ?? 0] as const])),
    added: [...right].filter((node) => !left.has(node)),
    removed: [...left].filter((node) => !right.has(node)),
  };
}

function nodesOf(graph: Graph): ReadonlySet<string> {
  return new Set([...graph.nodes()].map(textOf));
}

function textOf({ opType, name, outputs }: Node): string {
  return `${opType} ${name === "" ? (outputs[0]?.name ?? "") : name}`;
}
