import type { Dim, Node, Tensor, Value } from "../src/ir/index.ts";
import { inferTypes } from "../src/ops/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import type { Budget, FoldLimits } from "./fold/budget.ts";
import { budgetFor } from "./fold/budget.ts";
import { constantNodeTensor } from "./fold/constant-node.ts";
import { evaluate, expectedBytes, isFoldable } from "./fold/evaluate.ts";
import { knownContent } from "./fold/known-content.ts";
import { bytesFreedBy, constantBytes } from "./fold/size.ts";
import { removeDeadChain } from "./support/replace.ts";
import type { Scope } from "./support/scopes.ts";
import { scopesOf } from "./support/scopes.ts";

/** Makes a value a constant of its graph under its own name; false when it is a graph output, which a node must compute. */
function becomeConstant(value: Value, tensor: Tensor): boolean {
  if (value.isOutput) return false;
  const { graph, name } = value;
  const constant = graph.addConstant(name, tensor);
  graph.replaceUses(value, constant);
  graph.rename(value, graph.names.fresh(`${name}_folded`));
  graph.rename(constant, name);
  return true;
}

type Outcome = "constant-node" | "shape-computation" | "evaluation" | undefined;

interface Folder {
  readonly contents: ReadonlyMap<Value, readonly Dim[]>;
  readonly budget: Budget;
  readonly isOn: (rule: string) => boolean;
}

function foldConstantNode(node: Node, scope: Scope): Outcome {
  const tensor = constantNodeTensor(node, scope.opset);
  return tensor !== undefined && becomeConstant(node.output, tensor) ? "constant-node" : undefined;
}

function foldKnown(node: Node, folder: Folder): Outcome {
  let folded: Outcome;
  for (const output of node.outputs) {
    if (output === undefined || output.uses.size === 0 || output.isOutput) continue;
    const tensor = knownContent(output, folder.contents);
    if (tensor !== undefined && becomeConstant(output, tensor)) folded = "shape-computation";
  }
  return folded;
}

function foldEvaluated(node: Node, scope: Scope, folder: Folder): Outcome {
  const read = node.outputs.filter((output) => output !== undefined && output.uses.size > 0);
  if (read.length === 0 || read.some((output) => output?.isOutput === true) || !isFoldable(node)) return undefined;
  const freed = bytesFreedBy(node);
  const expected = expectedBytes(node);
  if (expected > freed && !mayTake(folder.budget, expected - freed)) return undefined;
  const results = evaluate(node, scope.opsets.get(node.domain) ?? scope.opset);
  if (results === undefined) return undefined;
  let added = -freed;
  node.outputs.forEach((output, i) => {
    const result = results[i];
    if (output !== undefined && output.uses.size > 0 && result !== undefined)
      added += constantBytes(result, output.name);
  });
  if (!folder.budget.take(added)) return undefined;
  node.outputs.forEach((output, i) => {
    const result = results[i];
    if (output !== undefined && output.uses.size > 0 && result !== undefined) becomeConstant(output, result);
  });
  return "evaluation";
}

/** Asks without booking. */
function mayTake(budget: Budget, added: number): boolean {
  if (!budget.take(added)) return false;
  budget.take(-added);
  return true;
}

function fold(node: Node, scope: Scope, folder: Folder): Outcome {
  if (node.opType === "Constant" && node.domain === "")
    return folder.isOn("constant-node") ? foldConstantNode(node, scope) : undefined;
  const known = folder.isOn("shape-computation") ? foldKnown(node, folder) : undefined;
  return known ?? (folder.isOn("evaluation") ? foldEvaluated(node, scope, folder) : undefined);
}

/**
 * Computes what is constant: Constant nodes become initializers, shape computations whose result inference knows become
 * constants, and nodes with constant inputs are evaluated by the reference interpreter within a byte budget. Bodies of
 * functions are left alone: the format gives them no initializers.
 */
export const foldConstants: Pass<FoldLimits> = {
  name: "fold-constants",
  summary: "computes what is constant, shape computations included, without letting the file grow beyond a budget",
  stage: "simplify",
  preserves: "bits",
  rules: ["constant-node", "shape-computation", "evaluation"],
  defaults: { sourceBytes: undefined, growthBytes: 1 << 16, growthShare: 0.005 },
  run: (model, context) => {
    const folder: Folder = {
      contents: inferTypes(model, { onConflict: "replace" }).shapeValues,
      budget: budgetFor(model, context.options),
      isOn: (rule) => !context.disabledRules.has(`fold-constants/${rule}`),
    };
    const byRule = new Map<string, number>();
    let changes = 0;
    for (const scope of scopesOf(model)) {
      if (isInFunction(scope)) continue;
      for (const node of scope.graph.nodes()) {
        const done = fold(node, scope, folder);
        if (done === undefined) continue;
        changes++;
        byRule.set(done, (byRule.get(done) ?? 0) + 1);
        removeDeadChain(node);
      }
    }
    return { changes, byRule };
  },
};

function isInFunction({ model, graph }: Scope): boolean {
  let root = graph;
  while (root.parent !== undefined) root = root.parent;
  return root !== model.graph;
}
