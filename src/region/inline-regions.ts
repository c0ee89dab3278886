import type { Graph, Model, Node, Value } from "../ir/index.ts";
import { functionKey, inlineCall } from "../ir/index.ts";
import { inferTypes } from "../ops/index.ts";
import { parseRegionName, regionDomain } from "./region-name.ts";

/**
 * Puts the nodes that regions stand for back in place of their calls, for runtimes without functions, and drops their
 * functions and programs. Returns the number of regions. Types inside of them are inferred anew.
 */
export function inlineRegions(model: Model): number {
  let count = 0;
  for (const graph of model.graph.allGraphs())
    for (let node = graph.firstNode; node !== undefined;) {
      if (calledRegion(model, node) === undefined) node = node.next;
      else {
        node = inlineAll(model, node);
        count++;
      }
    }
  if (count === 0) return 0;
  for (const [key, { domain, name }] of [...model.functions])
    if (parseRegionName(domain, name) !== undefined) model.functions.delete(key);
  if (![...model.functions.values()].some(({ domain }) => domain === regionDomain)) model.opsets.delete(regionDomain);
  inferTypes(model);
  return count;
}

function calledRegion(model: Model, { domain, opType, overload }: Node): ReturnType<Model["functions"]["get"]> {
  return parseRegionName(domain, opType) && model.functions.get(functionKey(domain, opType, overload));
}

/** Inlines a call, and the call of the lesser level that is its body, and so on; returns the node behind it. */
function inlineAll(model: Model, first: Node): Node | undefined {
  const { graph, next } = first;
  const constants = first.inputs.filter((value) => value?.isConstant === true);
  for (let call: Node | undefined = first; call !== undefined;) {
    const fn = calledRegion(model, call);
    if (fn === undefined) break;
    const before: Node | undefined = call.previous;
    inlineCall(call, fn);
    call = before === undefined ? graph.firstNode : before.next;
  }
  for (const value of constants) if (value !== undefined) dropUnread(value.graph, value);
  return next;
}

/** Programs have no reader in the end. */
function dropUnread(graph: Graph, value: Value): void {
  if (value.uses.size === 0 && graph.constants.has(value)) graph.removeConstant(value);
}
