import type { Graph, Node, Value } from "../ir/index.ts";
import { bytesOf } from "./sizes.ts";
import { isNotation, storedValue } from "./stored-value.ts";

/** What activations need of memory. */
export interface ActivationMemory {
  /** Bytes that live at once in the worst node, in the order of the graph: inputs, outputs and what later nodes read. */
  readonly peakBytes: number;
  /** The node at which that is. */
  readonly peakNode: string;
  /** Bytes of all values between nodes, and how many there are: written once, read at least once. */
  readonly intermediateBytes: number;
  readonly intermediates: number;
}

/**
 * Memory of the main graph's activations when nothing is computed in place and conversions of the QDQ format take none.
 * Types must be inferred.
 */
export function activationMemory(graph: Graph): ActivationMemory {
  const nodes = [...graph.nodes()].filter((node) => !isNotation(node));
  const last = lastReaders(graph, nodes);
  const endings = new Map<number, Value[]>();
  for (const [value, index] of last) endings.set(index, [...(endings.get(index) ?? []), value]);
  let live = graph.inputs.reduce((sum, value) => sum + (value.constant === undefined ? bytesOf(value) : 0), 0);
  let [peakBytes, peakNode, intermediateBytes, intermediates] = [live, "", 0, 0];
  nodes.forEach((node, index) => {
    const written = node.outputs.flatMap((value) => (value === undefined ? [] : [storedValue(value)]));
    for (const value of written) {
      live += bytesOf(value);
      if (value.isOutput) continue;
      intermediateBytes += bytesOf(value);
      intermediates++;
    }
    if (live > peakBytes) [peakBytes, peakNode] = [live, node.name || (node.outputs[0]?.name ?? "")];
    for (const value of written) if (!last.has(value)) live -= bytesOf(value);
    for (const value of endings.get(index) ?? []) live -= bytesOf(value);
  });
  return { peakBytes, peakNode, intermediateBytes, intermediates };
}

/** The last of the nodes that reads each activation of the graph as it is stored; behind the last for outputs. */
function lastReaders(graph: Graph, nodes: readonly Node[]): ReadonlyMap<Value, number> {
  const last = new Map<Value, number>();
  const read = (value: Value | undefined, index: number): void => {
    if (value === undefined) return;
    const stored = storedValue(value);
    if (stored.constant === undefined && stored.graph === graph) last.set(stored, index);
  };
  nodes.forEach((node, index) => {
    for (const value of node.inputs) read(value, index);
    for (const [, inner] of node.subgraphs()) for (const value of outerValues(inner, graph)) read(value, index);
  });
  for (const value of graph.outputs) read(value, nodes.length);
  return last;
}

/** Values of `outer` that a nested graph reads. */
function outerValues(inner: Graph, outer: Graph): readonly Value[] {
  const found: Value[] = [];
  for (const graph of inner.allGraphs())
    for (const node of graph.nodes()) for (const value of node.inputs) if (value?.graph === outer) found.push(value);
  for (const value of inner.outputs) if (value.graph === outer) found.push(value);
  return found;
}
