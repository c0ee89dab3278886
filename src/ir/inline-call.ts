import type { Attribute } from "./attribute.ts";
import type { ModelFunction } from "./model.ts";
import type { Node } from "./node.ts";
import { splice } from "./splice.ts";
import type { Value } from "./value.ts";

/**
 * Replaces a call by the body of the function it calls. The call's outputs give their names and types to what the body
 * computes; inner values get fresh names. The caller sees to operator sets, and to types inside of the body.
 */
export function inlineCall(node: Node, fn: ModelFunction): void {
  const { graph } = node;
  const bindings = new Map<Value, Value | undefined>();
  fn.body.inputs.forEach((input, i) => bindings.set(input, node.input(i)));
  const resolve = (attribute: Attribute): Attribute | undefined =>
    attribute.kind === "reference"
      ? (node.attributes.get(attribute.value) ?? fn.attributeDefaults.get(attribute.value))
      : attribute;
  const nameOf = (name: string): string => graph.names.fresh(name);
  const results = splice(fn.body, { anchor: node, bindings, nameOf, renaming: true, resolve });
  node.outputs.forEach((output, i) => {
    const result = results[i];
    if (output === undefined || result === undefined) return;
    const { name, type } = output;
    graph.replaceUses(output, result);
    if (result.producer?.graph !== graph) return;
    if (type !== undefined) result.type = type;
    if (result.isOutput || result.isInput || output.isOutput) return;
    graph.rename(output, graph.names.fresh(name));
    graph.rename(result, name);
  });
  graph.remove(node);
}
