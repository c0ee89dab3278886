import type { Graph } from "./graph.ts";
import type { Use } from "./use-list.ts";
import type { Value } from "./value.ts";

/** Makes every reader of `from` read `to`; see Graph.replaceUses. */
export function replaceUses(from: Value, to: Value): void {
  if (from === to) return;
  for (const use of [...from.uses]) {
    if (use.kind === "node") use.node.replaceInput(use.index, to);
    else replaceOutput(use, from, to);
  }
}

function replaceOutput({ graph, index }: Extract<Use, { kind: "output" }>, from: Value, to: Value): void {
  if (canTakeName(graph, from, to)) {
    const name = from.name;
    from.rename(graph.names.fresh(name));
    to.rename(name);
    to.type ??= from.type;
    if (to.docString === "") to.docString = from.docString;
    to.extra ??= from.extra;
    graph.setOutput(index, to);
  } else if (to.producer?.graph === graph && graph !== from.graph) graph.setOutput(index, to);
  else insertIdentity(graph, index, from, to);
}

function canTakeName(graph: Graph, from: Value, to: Value): boolean {
  const inGraph = graph === from.graph && to.graph === graph;
  return inGraph && to.producer !== undefined && !to.isOutput && from.producer !== undefined;
}

function insertIdentity(graph: Graph, index: number, from: Value, to: Value): void {
  const name = from.name;
  const type = from.type ?? to.type;
  const inOwnGraph = graph === from.graph;
  if (inOwnGraph) from.rename(graph.names.fresh(name));
  const { output } = graph.append({
    opType: "Identity",
    inputs: [to],
    outputs: [inOwnGraph ? { name, type } : { type }],
  });
  output.extra = from.extra;
  graph.setOutput(index, output);
}
