import type { Model, ModelFunction } from "../src/ir/index.ts";
import { functionKey, inlineCall } from "../src/ir/index.ts";
import { schemaOf } from "../src/ops/schema.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import type { Scope } from "./support/scopes.ts";
import { scopesOf } from "./support/scopes.ts";

/** Whether calls of model-local functions are replaced by their bodies even where the target runs functions. */
export interface InlineFunctionsOptions {
  readonly inlineFunctions: boolean;
}

/** Why a body cannot stand in a graph with these operator sets; undefined when it can. */
function obstacle(fn: ModelFunction, scope: Scope): string | undefined {
  for (const node of fn.body.allNodes()) {
    if (scope.model.functions.has(functionKey(node.domain, node.opType, node.overload))) continue;
    const [inside, outside] = [fn.opsets.get(node.domain), scope.opsets.get(node.domain)];
    if (inside === outside || outside === undefined) continue;
    const since = schemaOf(node.domain, node.opType, inside ?? 0)?.since;
    if (since === undefined || since !== schemaOf(node.domain, node.opType, outside)?.since)
      return `${node.opType} means another operator version in the function (opset ${inside}) than in the graph (${outside})`;
  }
  return undefined;
}

/** Imports the operator sets that the body brings along; a function's own imports are fixed, so there it may only lack none. */
function importMissing(model: Model, scope: Scope, fn: ModelFunction): boolean {
  for (const [domain, version] of fn.opsets) {
    if (scope.opsets.has(domain)) continue;
    if (scope.opsets !== model.opsets) return false;
    model.opsets.set(domain, version);
  }
  return true;
}

/** Replaces calls of model-local functions by their bodies, where the target wants none or the user asks. */
export const inlineFunctions: Pass<InlineFunctionsOptions> = {
  name: "inline-functions",
  summary: "replaces calls of model-local functions by their bodies, for targets without functions or on demand",
  stage: "simplify",
  preserves: "bits",
  defaults: { inlineFunctions: false },
  run: (model, context) => {
    if (!context.options.inlineFunctions && context.target.functions !== "inline") return { changes: 0 };
    let changes = 0;
    for (const scope of scopesOf(model))
      for (let node = scope.graph.firstNode; node !== undefined;) {
        const next = node.next;
        const before = node.previous;
        const fn = model.functions.get(functionKey(node.domain, node.opType, node.overload));
        const reason = fn === undefined ? undefined : obstacle(fn, scope);
        if (reason !== undefined)
          context.report({ kind: "refusal", rule: "inline-functions", node: node.name, reason });
        if (fn === undefined || reason !== undefined || !importMissing(model, scope, fn)) {
          node = next;
          continue;
        }
        inlineCall(node, fn);
        changes++;
        node = before === undefined ? scope.graph.firstNode : before.next;
      }
    return { changes };
  },
};
