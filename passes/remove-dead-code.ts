import type { Graph, Model, Node } from "../src/ir/index.ts";
import { functionKey } from "../src/ir/index.ts";
import { schemaOf } from "../src/ops/schema.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { scopesOf } from "./support/scopes.ts";

interface Counts {
  nodes: number;
  outputs: number;
  constants: number;
  functions: number;
}

/** Removes dead nodes from last to first, so that what they read dies in the same walk; bodies go before what they capture. */
function sweepNodes(graph: Graph, opsets: ReadonlyMap<string, number>, counts: Counts): void {
  for (const node of graph.nodesReversed()) {
    if (node.outputs.every((output) => output === undefined || output.uses.size === 0)) {
      graph.remove(node);
      counts.nodes++;
      continue;
    }
    for (const [, body] of node.subgraphs()) sweepNodes(body, opsets, counts);
    counts.outputs += dropUnusedOutputs(node, opsets);
  }
}

/** Blanks optional outputs that nothing reads: the mask of Dropout, the indices of MaxPool, the last state of LSTM. */
function dropUnusedOutputs(node: Node, opsets: ReadonlyMap<string, number>): number {
  const schema = schemaOf(node.domain, node.opType, opsets.get(node.domain) ?? 0);
  if (schema === undefined) return 0;
  let dropped = 0;
  for (let i = node.outputs.length - 1; i >= 1; i--) {
    const output = node.outputs[i];
    if (output === undefined || output.uses.size > 0 || schema.outputs[i]?.option !== "optional") continue;
    node.graph.dropOutput(node, i);
    dropped++;
  }
  return dropped;
}

function sweepConstants(graph: Graph, counts: Counts): void {
  for (const constant of graph.constants)
    if (!constant.isInput && constant.uses.size === 0) {
      graph.removeConstant(constant);
      counts.constants++;
    }
}

/** Keys of the functions that the graph calls, itself or through other functions. */
function calledFunctions(model: Model): ReadonlySet<string> {
  const called = new Set<string>();
  const waiting = [model.graph];
  for (let graph = waiting.pop(); graph !== undefined; graph = waiting.pop())
    for (const node of graph.allNodes()) {
      const key = functionKey(node.domain, node.opType, node.overload);
      const body = model.functions.get(key)?.body;
      if (body === undefined || called.has(key)) continue;
      called.add(key);
      waiting.push(body);
    }
  return called;
}

/** Removes what no output depends on: nodes, optional outputs, constants, functions never called. */
export const removeDeadCode: Pass<null> = {
  name: "remove-dead-code",
  summary: "removes nodes, optional outputs, constants and functions that no output depends on",
  stage: "simplify",
  preserves: "bits",
  defaults: null,
  run: (model) => {
    const counts: Counts = { nodes: 0, outputs: 0, constants: 0, functions: 0 };
    const called = calledFunctions(model);
    for (const key of model.functions.keys())
      if (!called.has(key)) {
        model.functions.delete(key);
        counts.functions++;
      }
    sweepNodes(model.graph, model.opsets, counts);
    for (const fn of model.functions.values()) sweepNodes(fn.body, fn.opsets, counts);
    for (const { graph } of scopesOf(model)) sweepConstants(graph, counts);
    const byRule = new Map(Object.entries(counts).filter(([, count]) => count > 0));
    return { changes: counts.nodes + counts.outputs + counts.constants + counts.functions, byRule };
  },
};
