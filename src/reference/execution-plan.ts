import type { Graph, Node, Value } from "../ir/index.ts";
import { reads } from "../ir/index.ts";

/** One step of a graph's execution: a node, and the values of this graph that nothing reads after it. */
export interface Step {
  readonly node: Node;
  readonly release: readonly Value[];
}

/** The nodes of a graph that the wanted values need, in order, each with what can be freed after it. */
export function planExecution(graph: Graph, wanted: Iterable<Value>): readonly Step[] {
  const kept = new Set(wanted);
  const needed = new Set(kept);
  const steps: Step[] = [];
  const freed = new Set<Value>(kept);
  for (const node of graph.nodesReversed()) {
    if (!node.outputs.some((output) => output !== undefined && needed.has(output))) continue;
    const release: Value[] = [];
    const touched = [...reads(node), ...node.outputs.filter((output) => output !== undefined)];
    for (const value of touched) {
      needed.add(value);
      if (value.graph !== graph || freed.has(value)) continue;
      freed.add(value);
      release.push(value);
    }
    steps.push({ node, release });
  }
  return steps.reverse();
}
