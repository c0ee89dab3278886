import type { Graph } from "./graph.ts";
import { reads } from "./node.ts";
import type { Node } from "./node.ts";

/** An order to put nodes into (undefined when the present one is topological), or the nodes that stand on a cycle. */
export interface TopologicalOrder {
  readonly order: readonly Node[] | undefined;
  readonly onCycle: readonly Node[];
}

/** Orders a graph's nodes so that values are computed before they are read (Kahn 1962); linear in the graph's size. */
export function topologicalOrder(graph: Graph): TopologicalOrder {
  if (isSorted(graph)) return { order: undefined, onCycle: [] };
  const waiting = new Map<Node, number>();
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes()) {
    const before = new Set<Node>();
    for (const value of reads(node)) if (value.producer?.graph === graph) before.add(value.producer);
    waiting.set(node, before.size);
    for (const producer of before) {
      const list = readers.get(producer);
      if (list === undefined) readers.set(producer, [node]);
      else list.push(node);
    }
  }
  const order: Node[] = [];
  let ready = [...waiting.keys()].filter((node) => waiting.get(node) === 0);
  while (ready.length > 0) {
    const following: Node[] = [];
    for (const node of ready) {
      order.push(node);
      for (const reader of readers.get(node) ?? []) {
        const left = (waiting.get(reader) as number) - 1;
        waiting.set(reader, left);
        if (left === 0) following.push(reader);
      }
    }
    ready = following;
  }
  const onCycle = [...waiting].filter(([, left]) => left > 0).map(([node]) => node);
  return { order: onCycle.length > 0 ? undefined : order, onCycle };
}

function isSorted(graph: Graph): boolean {
  const seen = new Set<Node>();
  for (const node of graph.nodes()) {
    for (const value of reads(node)) if (value.producer?.graph === graph && !seen.has(value.producer)) return false;
    seen.add(node);
  }
  return true;
}
