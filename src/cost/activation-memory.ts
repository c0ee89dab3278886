import type { Graph, Value } from "../ir/index.ts";
import { convertsConstant } from "./layer-cost.ts";
import { bytesOf } from "./sizes.ts";

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

/** Memory of the main graph's activations when nothing is computed in place. Types must be inferred. */
export function activationMemory(graph: Graph): ActivationMemory {
  const nodes = [...graph.nodes()].filter((node) => !convertsConstant(node));
  const last = new Map<Value, number>();
  nodes.forEach((node, index) => {
    for (const value of node.inputs) if (value !== undefined) last.set(value, index);
    for (const [, inner] of node.subgraphs()) for (const value of outerValues(inner, graph)) last.set(value, index);
  });
  for (const value of graph.outputs) last.set(value, nodes.length);
  const isActivation = (value: Value | undefined): value is Value =>
    value !== undefined && value.constant === undefined;
  let live = graph.inputs.filter(isActivation).reduce((sum, value) => sum + bytesOf(value), 0);
  let [peakBytes, peakNode, intermediateBytes, intermediates] = [live, "", 0, 0];
  const endings = new Map<number, Value[]>();
  for (const [value, index] of last)
    if (isActivation(value) && value.graph === graph && !comesFromConstants(value))
      endings.set(index, [...(endings.get(index) ?? []), value]);
  nodes.forEach((node, index) => {
    for (const value of node.outputs) {
      if (!isActivation(value)) continue;
      const bytes = bytesOf(value);
      live += bytes;
      if (value.isOutput) continue;
      intermediateBytes += bytes;
      intermediates++;
    }
    if (live > peakBytes) [peakBytes, peakNode] = [live, node.name || (node.outputs[0]?.name ?? "")];
    for (const value of node.outputs) if (isActivation(value) && !last.has(value)) live -= bytesOf(value);
    for (const value of endings.get(index) ?? []) live -= bytesOf(value);
  });
  return { peakBytes, peakNode, intermediateBytes, intermediates };
}

function comesFromConstants({ producer }: Value): boolean {
  return producer !== undefined && convertsConstant(producer);
}

/** Values of `outer` that a nested graph reads. */
function outerValues(inner: Graph, outer: Graph): readonly Value[] {
  const found: Value[] = [];
  for (const graph of inner.allGraphs())
    for (const node of graph.nodes()) for (const value of node.inputs) if (value?.graph === outer) found.push(value);
  for (const value of inner.outputs) if (value.graph === outer) found.push(value);
  return found;
}
