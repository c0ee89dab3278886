import type { Node, Value } from "../../src/ir/index.ts";

/**
 * True when every reader of `from` can read `to` instead without a new Identity: `from` is no graph output, or `to` can
 * take over its name because it is computed in the same graph and is itself no output.
 */
export function canReplace(from: Value, to: Value): boolean {
  let outputs = 0;
  for (const use of from.uses) {
    if (use.kind !== "output") continue;
    outputs++;
    if (use.graph !== from.graph || to.graph !== use.graph) return false;
    if (to.producer === undefined || from.producer === undefined) return false;
  }
  return outputs === 0 || (outputs === 1 && !to.isOutput);
}

/**
 * Makes every reader of `from` read `to`; the caller has asked `canReplace`. A graph output keeps the name and the type it
 * was declared with.
 */
export function replaceValue(from: Value, to: Value): void {
  const declared = from.isOutput ? from.type : undefined;
  from.graph.replaceUses(from, to);
  if (declared !== undefined) to.type = declared;
  else to.type ??= from.type;
}

/** Removes a node none of whose outputs is read. Returns whether it did. */
export function removeIfDead(node: Node): boolean {
  if (!node.attached || node.outputs.some((output) => output !== undefined && output.uses.size > 0)) return false;
  node.graph.remove(node);
  return true;
}

/** Removes a node if it is dead, then, in turn, every producer that thereby dies. */
export function removeDeadChain(node: Node): void {
  const waiting = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const producers = next.inputs.map((input) => input?.producer);
    if (removeIfDead(next)) for (const producer of producers) if (producer !== undefined) waiting.push(producer);
  }
}
