import type { Dim, Value } from "../../src/ir/index.ts";
import { printDim, printType } from "../../src/ir/index.ts";
import { canReplace, removeDeadChain, replaceValue } from "../support/replace.ts";
import type { Scope } from "../support/scopes.ts";

/** Equal for values that hold the same sizes whatever the symbols are; undefined when one element is unknown. */
function contentKey(value: Value, contents: ReadonlyMap<Value, readonly Dim[]>): string | undefined {
  const content = contents.get(value);
  if (content === undefined || value.type === undefined || content.length === 0 || content.includes(undefined))
    return undefined;
  return `${printType(value.type)}=${content.map(printDim).join(";")}`;
}

/** Points readers of a shape computation to an earlier value of the graph that provably holds the same sizes. */
export function shareShapes({ graph }: Scope, contents: ReadonlyMap<Value, readonly Dim[]>): number {
  const seen = new Map<string, Value>();
  let changes = 0;
  for (const node of graph.nodes())
    for (const output of node.outputs) {
      if (output === undefined || output.uses.size === 0) continue;
      const key = contentKey(output, contents);
      if (key === undefined) continue;
      const same = seen.get(key);
      if (same === undefined) seen.set(key, output);
      else if (canReplace(output, same)) {
        replaceValue(output, same);
        removeDeadChain(node);
        changes++;
      }
    }
  return changes;
}
