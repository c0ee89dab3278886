import type { Dim, Node, Value } from "../src/ir/index.ts";
import { inferTypes } from "../src/ops/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { becomeConstant } from "./fold/become-constant.ts";
import type { FoldLimits } from "./fold/budget.ts";
import { budgetFor, defaultLimits } from "./fold/budget.ts";
import { constantNodeTensor } from "./fold/constant-node.ts";
import { isExact } from "./fold/evaluate.ts";
import { foldInGraph } from "./fold/fold-groups.ts";
import { loadEvaluate } from "./fold/load-evaluate.ts";
import { shareShapes } from "./fold/share-shapes.ts";
import { knownContent } from "./fold/known-content.ts";
import { removeDeadChain } from "./support/replace.ts";
import type { Scope } from "./support/scopes.ts";
import { isInFunction, scopesOf } from "./support/scopes.ts";

function isConstantNode(node: Node): boolean {
  return node.opType === "Constant" && node.domain === "";
}

/** Constant nodes become initializers: the same bytes, one node less. */
async function foldConstantNodes({ graph, opset }: Scope): Promise<number> {
  const nodes = [...graph.nodes()].filter(isConstantNode);
  if (nodes.length === 0) return 0;
  const evaluate = await loadEvaluate();
  let changes = 0;
  for (const node of nodes) {
    const tensor = constantNodeTensor(node, opset, evaluate);
    if (tensor === undefined || !becomeConstant(node.output, tensor)) continue;
    graph.remove(node);
    changes++;
  }
  return changes;
}

/** Shape computations whose every element inference knows become constants. */
function foldShapeComputations({ graph }: Scope, contents: ReadonlyMap<Value, readonly Dim[]>): number {
  let changes = 0;
  for (const node of graph.nodes()) {
    if (isConstantNode(node)) continue;
    let folded = 0;
    for (const output of node.outputs) {
      if (output === undefined || output.uses.size === 0 || output.isOutput) continue;
      const tensor = knownContent(output, contents);
      if (tensor !== undefined && becomeConstant(output, tensor)) folded++;
    }
    if (folded > 0) removeDeadChain(node);
    changes += folded;
  }
  return changes;
}

/**
 * Computes what is constant: Constant nodes become initializers, shape computations whose result inference knows become
 * constants, and nodes with constant inputs are evaluated by the reference interpreter within a byte budget where every
 * runtime must get the same bits (evaluate-constants does the rest). Bodies of functions are left alone: the format gives
 * them no initializers.
 */
export const foldConstants: Pass<FoldLimits> = {
  name: "fold-constants",
  summary: "computes what is constant, shape computations included, without letting the file grow beyond a budget",
  stage: "simplify",
  preserves: "bits",
  rules: ["constant-node", "shape-computation", "equal-shapes", "evaluation"],
  defaults: defaultLimits,
  run: async (model, context) => {
    const { shapeValues } = inferTypes(model, { onConflict: "replace" });
    const budget = budgetFor(model, context.options);
    const work = {
      "constant-node": foldConstantNodes,
      "shape-computation": (scope: Scope) => foldShapeComputations(scope, shapeValues),
      "equal-shapes": (scope: Scope) => shareShapes(scope, shapeValues),
      evaluation: (scope: Scope) => foldInGraph(scope, budget, isExact),
    };
    const byRule = new Map<string, number>();
    let changes = 0;
    for (const [rule, apply] of Object.entries(work)) {
      if (context.disabledRules.has(`fold-constants/${rule}`)) continue;
      for (const scope of scopesOf(model)) {
        if (isInFunction(scope)) continue;
        const done = await apply(scope);
        changes += done;
        if (done > 0) byRule.set(rule, (byRule.get(rule) ?? 0) + done);
      }
    }
    return { changes, byRule };
  },
};
