import type { Model, Node } from "../../src/ir/index.ts";
import type { PassContext, PassResult } from "../../src/pipeline/pass.ts";
import type { Scope } from "./scopes.ts";
import { scopesOf } from "./scopes.ts";

/** A rewrite that looks at one node and what stands before it. */
export interface LocalRule {
  readonly name: string;
  /** Operators of the default domain it looks at. */
  readonly ops: readonly string[];
  /** Rewrites and says what was done; undefined when it does not apply. May remove the node. */
  readonly apply: (node: Node, scope: Scope) => string | undefined;
}

/** Sweeps end here even when rules still find work; each sweep is in topological order, so few are ever needed. */
const maxSweeps = 8;

const noRules: readonly LocalRule[] = [];

/** True when an attribute is a parameter of the enclosing function, so that its value is not known here. */
function hasParameters(node: Node): boolean {
  for (const attribute of node.attributes.values()) if (attribute.kind === "reference") return true;
  return false;
}

/**
 * Applies rules to every node of every graph, in topological order, until nothing changes. A node is looked at again
 * after a change of its own, so chains collapse in one sweep.
 */
export function runLocalRules(
  pass: string,
  rules: readonly LocalRule[],
  model: Model,
  context: PassContext<unknown>,
): PassResult {
  const byOp = new Map<string, LocalRule[]>();
  for (const rule of rules) {
    if (context.disabledRules.has(`${pass}/${rule.name}`)) continue;
    for (const op of rule.ops) byOp.set(op, [...(byOp.get(op) ?? []), rule]);
  }
  const byRule = new Map<string, number>();
  const rulesFor = (node: Node): readonly LocalRule[] =>
    (node.domain === "" ? byOp.get(node.opType) : undefined) ?? noRules;
  const visit = (node: Node, scope: Scope): number => {
    let changes = 0;
    if (rulesFor(node).length === 0 || hasParameters(node)) return 0;
    for (let again = true; again && changes < 64;) {
      again = false;
      for (const rule of rulesFor(node)) {
        const label = node.name === "" ? (node.outputs[0]?.name ?? node.opType) : node.name;
        const done = rule.apply(node, scope);
        if (done === undefined) continue;
        changes++;
        byRule.set(rule.name, (byRule.get(rule.name) ?? 0) + 1);
        context.report({ kind: "change", rule: rule.name, node: label, reason: done });
        again = node.attached;
        break;
      }
    }
    return changes;
  };
  let total = 0;
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let changes = 0;
    for (const scope of scopesOf(model)) for (const node of scope.graph.nodes()) changes += visit(node, scope);
    total += changes;
    if (changes === 0) break;
  }
  return { changes: total, byRule };
}
