import type { Pass } from "../src/pipeline/pass.ts";
import type { FoldLimits } from "./fold/budget.ts";
import { budgetFor, defaultLimits } from "./fold/budget.ts";
import { foldInGraph } from "./fold/fold-groups.ts";
import { isInFunction, scopesOf } from "./support/scopes.ts";

/**
 * Evaluates all nodes with constant inputs within the byte budget of fold-constants, those too whose last bit runtimes
 * compute differently: MatMul, Exp, Pow, sums.
 */
export const evaluateConstants: Pass<FoldLimits> = {
  name: "evaluate-constants",
  summary: "computes what constants decide, rounded exactly where runtimes may round differently",
  stage: "simplify",
  preserves: "tolerance",
  defaults: defaultLimits,
  run: async (model, context) => {
    const budget = budgetFor(model, context.options);
    let changes = 0;
    for (const scope of scopesOf(model))
      if (!isInFunction(scope)) changes += await foldInGraph(scope, budget, () => true);
    return { changes };
  },
};
