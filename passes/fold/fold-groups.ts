import type { Node } from "../../src/ir/index.ts";
import { removeDeadChain } from "../support/replace.ts";
import type { Scope } from "../support/scopes.ts";
import { becomeConstant } from "./become-constant.ts";
import type { Budget } from "./budget.ts";
import { evaluateAll } from "./evaluate.ts";
import type { Evaluate } from "./load-evaluate.ts";
import { loadEvaluate } from "./load-evaluate.ts";
import { bytesFreedBy, expectedBytesOf, foldGroups, resultsOf } from "./groups.ts";
import { constantBytes } from "./size.ts";

/** Folds nodes that constants decide when the budget allows; the number of nodes folded. */
function foldTogether(nodes: readonly Node[], scope: Scope, budget: Budget, evaluate: Evaluate): number {
  const results = resultsOf(nodes);
  const freed = bytesFreedBy(nodes);
  if (results.length === 0 || !budget.allows(expectedBytesOf(results) - freed)) return 0;
  const known = evaluateAll(nodes, (domain) => scope.opsets.get(domain) ?? 0, evaluate);
  if (known === undefined) return 0;
  let added = -freed;
  for (const result of results) {
    const tensor = known.get(result);
    if (tensor === undefined) return 0;
    added += constantBytes(tensor, result.name);
  }
  if (!budget.allows(added)) return 0;
  budget.book(added);
  for (const result of results) {
    const tensor = known.get(result);
    if (tensor !== undefined) becomeConstant(result, tensor);
  }
  for (const node of nodes.toReversed()) if (node.attached) removeDeadChain(node);
  return nodes.length;
}

/** Folds what constants decide in one graph: each group as a whole or, where that costs too much, node by node. */
export async function foldInGraph(scope: Scope, budget: Budget, accepts: (node: Node) => boolean): Promise<number> {
  const groups = foldGroups(scope.graph, accepts);
  if (groups.length === 0) return 0;
  const evaluate = await loadEvaluate();
  let changes = 0;
  for (const { nodes } of groups) {
    const whole = foldTogether(nodes, scope, budget, evaluate);
    changes += whole;
    if (whole > 0 || nodes.length === 1) continue;
    const isReady = (node: Node): boolean => node.inputs.every((input) => input === undefined || input.isConstant);
    for (const node of nodes)
      if (node.attached && isReady(node)) changes += foldTogether([node], scope, budget, evaluate);
  }
  return changes;
}
