import type { Graph, Model } from "../../src/ir/index.ts";

/** One graph of a model, with the operator sets in force inside it. */
export interface Scope {
  readonly model: Model;
  readonly graph: Graph;
  readonly opsets: ReadonlyMap<string, number>;
  /** Version of the default domain; 0 when it is not imported. */
  readonly opset: number;
}

/**
 * Every graph of a model: the main graph, the bodies of functions, and the subgraphs of each, outer before inner. A node
 * removed while its graph is being visited takes its subgraphs out of the walk.
 */
export function* scopesOf(model: Model): Iterable<Scope> {
  yield* within(model, model.graph, model.opsets);
  for (const fn of model.functions.values()) yield* within(model, fn.body, fn.opsets);
}

function* within(model: Model, root: Graph, opsets: ReadonlyMap<string, number>): Iterable<Scope> {
  for (const graph of root.allGraphs()) yield { model, graph, opsets, opset: opsets.get("") ?? 0 };
}

/** True for the body of a function and the subgraphs in it. */
export function isInFunction({ model, graph }: Scope): boolean {
  let root = graph;
  while (root.parent !== undefined) root = root.parent;
  return root !== model.graph;
}
