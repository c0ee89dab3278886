import type { Graph, Model, Node } from "../src/ir/index.ts";
import { graphAttr, splice } from "../src/ir/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { uniformOf } from "./support/facts.ts";
import { scopesOf } from "./support/scopes.ts";

/** Names that only one value of the graph and its subgraphs has: they stay unique when a body moves outwards. */
function uniqueNames(root: Graph): ReadonlySet<string> {
  const once = new Set<string>();
  const seen = new Set<string>();
  const count = (name: string | undefined): void => {
    if (name === undefined) return;
    if (seen.has(name)) once.delete(name);
    else once.add(name);
    seen.add(name);
  };
  for (const graph of root.allGraphs()) {
    for (const value of new Set([...graph.inputs, ...graph.constants])) count(value.name);
    for (const node of graph.nodes()) for (const output of node.outputs) count(output?.name);
  }
  return once;
}

function rootOf(graph: Graph): Graph {
  let root = graph;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** The branch that an If with a constant condition takes. */
function takenBranch(node: Node): Graph | undefined {
  if (node.opType !== "If" || node.domain !== "") return undefined;
  const condition = uniformOf(node.input(0));
  return condition === undefined ? undefined : graphAttr(node, condition === 0 ? "else_branch" : "then_branch");
}

function inlineBranch(node: Node, branch: Graph, unique: ReadonlySet<string>): void {
  const { graph } = node;
  const nameOf = (name: string): string => (unique.has(name) ? name : graph.names.fresh(name));
  const results = splice(branch, { anchor: node, bindings: new Map(), nameOf, renaming: false });
  node.outputs.forEach((output, i) => {
    const result = results[i];
    if (output === undefined || result === undefined) return;
    const declared = output.isOutput ? output.type : undefined;
    graph.replaceUses(output, result);
    if (declared !== undefined && result.isOutput) result.type = declared;
  });
  graph.remove(node);
}

/** Replaces an If whose condition is constant by the branch it takes. */
export const inlineIf: Pass<null> = {
  name: "inline-if",
  summary: "replaces an If with a constant condition by the branch it takes",
  stage: "simplify",
  preserves: "bits",
  defaults: null,
  run: (model: Model, context) => {
    let changes = 0;
    const names = new Map<Graph, ReadonlySet<string>>();
    for (const { graph } of scopesOf(model))
      for (let node = graph.firstNode; node !== undefined;) {
        const branch = takenBranch(node);
        if (branch === undefined) {
          node = node.next;
          continue;
        }
        const before = node.previous;
        const root = rootOf(graph);
        const unique = names.get(root) ?? uniqueNames(root);
        names.set(root, unique);
        context.report({ kind: "change", rule: "inline-if", node: node.name, reason: `takes "${branch.name}" always` });
        inlineBranch(node, branch, unique);
        changes++;
        node = before === undefined ? graph.firstNode : before.next;
      }
    return { changes };
  },
};
