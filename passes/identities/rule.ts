import type { Node, Value } from "../../src/ir/index.ts";
import type { LocalRule } from "../support/local-rules.ts";
import type { Scope } from "../support/scopes.ts";
import { canReplace, removeDeadChain, replaceValue } from "../support/replace.ts";

/** Finds the value that output 0 of a node always equals, in type and content; undefined when there is none. */
export type FindSame = (node: Node, scope: Scope) => Value | undefined;

/** A rule that drops a node whose output 0 equals another value. Other outputs must be unused. */
export function identityRule(name: string, ops: readonly string[], find: FindSame): LocalRule {
  return {
    name,
    ops,
    apply: (node, scope) => {
      if (node.outputs.some((output, i) => i > 0 && output !== undefined && output.uses.size > 0)) return undefined;
      const from = node.outputs[0];
      if (from === undefined || from.uses.size === 0) return undefined;
      const same = find(node, scope);
      if (same === undefined || !canReplace(from, same)) return undefined;
      const name = from.name;
      replaceValue(from, same);
      removeDeadChain(node);
      return `"${name}" is "${same.name}"`;
    },
  };
}
