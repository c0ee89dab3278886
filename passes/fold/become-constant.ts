import type { Tensor, Value } from "../../src/ir/index.ts";

/** Makes a value a constant of its graph under its own name; false when it is a graph output, which a node must compute. */
export function becomeConstant(value: Value, tensor: Tensor): boolean {
  if (value.isOutput) return false;
  const { graph, name } = value;
  const constant = graph.addConstant(name, tensor);
  graph.replaceUses(value, constant);
  graph.rename(value, graph.names.fresh(`${name}_folded`));
  graph.rename(constant, name);
  return true;
}
