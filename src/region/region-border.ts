import type { Graph, Node, Use, Value } from "../ir/index.ts";
import { reads } from "../ir/index.ts";

/** A set of nodes of a main graph and the values that cross its border. */
export interface RegionBorder {
  /** In the graph's order. */
  readonly nodes: readonly Node[];
  /** Values from outside that are no constants, in the order they are first read. */
  readonly activations: readonly Value[];
  /** Constants that no caller can override, in the order they are first read. */
  readonly constants: readonly Value[];
  /** Values that something outside reads, in the order they are computed. */
  readonly outputs: readonly Value[];
}

/**
 * What crosses the border of a set of nodes. A region's call passes `activations`, then `constants`, and returns
 * `outputs`. Throws a plain Error for an empty set and for nodes of other graphs.
 */
export function borderOf(graph: Graph, set: ReadonlySet<Node>): RegionBorder {
  const nodes = [...graph.nodes()].filter((node) => set.has(node));
  if (nodes.length !== set.size) throw new Error(`a region lies in one graph: not all nodes are of "${graph.name}"`);
  if (nodes.length === 0) throw new Error("a region has at least one node");
  const activations = new Set<Value>();
  const constants = new Set<Value>();
  for (const node of nodes)
    for (const value of reads(node)) {
      if (value.producer !== undefined && set.has(value.producer)) continue;
      (value.isConstant ? constants : activations).add(value);
    }
  const isInside = innerReader(nodes);
  const outputs = nodes.flatMap((node) =>
    node.outputs.filter((value) => value !== undefined && ![...value.uses].every(isInside)),
  ) as Value[];
  return { nodes, activations: [...activations], constants: [...constants], outputs };
}

/** Tells readings by the nodes, or by graphs nested in them, from others. */
function innerReader(nodes: readonly Node[]): (use: Use) => boolean {
  const inner = new Set<Node>(nodes);
  const graphs = new Set<Graph>();
  for (const node of nodes)
    for (const [, body] of node.subgraphs())
      for (const graph of body.allGraphs()) {
        graphs.add(graph);
        for (const nested of graph.nodes()) inner.add(nested);
      }
  return (use) => (use.kind === "node" ? inner.has(use.node) : graphs.has(use.graph));
}

/**
 * The nodes that stand between the first and the last of a set and do not depend on it, in order: those that one call in
 * place of the set must come after. Throws a plain Error when the set is not convex, naming the way that leaves it and
 * comes back.
 */
export function nodesToPass({ nodes }: RegionBorder): readonly Node[] {
  const set = new Set(nodes);
  const dependent = new Set<Node>();
  const passed: Node[] = [];
  const [first, last] = [nodes[0] as Node, nodes.at(-1) as Node];
  for (let node: Node | undefined = first; node !== undefined && node !== last.next; node = node.next) {
    const through = reads(node).find(({ producer }) => producer !== undefined && dependent.has(producer));
    if (set.has(node)) {
      if (through === undefined) continue;
      throw new Error(
        `not a convex set of nodes: ${nameOf(node)} reads "${through.name}", computed outside from what the set computes`,
      );
    }
    const depends =
      through !== undefined || reads(node).some(({ producer }) => producer !== undefined && set.has(producer));
    if (depends) dependent.add(node);
    else passed.push(node);
  }
  return passed;
}

function nameOf(node: Node): string {
  return node.name === "" ? node.opType : `${node.opType} "${node.name}"`;
}
