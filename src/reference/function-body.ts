import type { Attribute, Graph, ModelFunction, Node } from "../ir/index.ts";
import { cloneGraph } from "../ir/index.ts";

/**
 * The body of a model-local function for one call: references to the function's attributes are replaced by what the
 * call gives, or the default, or nothing. Without any reference the body itself is returned.
 */
export function bodyForCall(called: ModelFunction, call: Node): Graph {
  if (!hasReferences(called.body)) return called.body;
  const body = cloneGraph(called.body);
  for (const node of body.allNodes()) {
    for (const [name, attribute] of [...node.attributes]) {
      if (attribute.kind !== "reference") continue;
      const given: Attribute | undefined =
        call.attributes.get(attribute.value) ?? called.attributeDefaults.get(attribute.value);
      node.graph.setAttribute(node, name, given);
    }
  }
  return body;
}

function hasReferences(body: Graph): boolean {
  for (const node of body.allNodes()) {
    for (const attribute of node.attributes.values()) if (attribute.kind === "reference") return true;
  }
  return false;
}
