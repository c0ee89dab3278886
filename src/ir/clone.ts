import type { Attribute } from "./attribute.ts";
import { Graph } from "./graph.ts";
import type { Value } from "./value.ts";
import type { Model, ModelFunction } from "./model.ts";
import { NameScope } from "./names.ts";
import type { Node } from "./node.ts";

/** A deep copy of the model; tensors, being immutable, are shared. */
export function cloneModel(model: Model): Model {
  const functions = new Map<string, ModelFunction>();
  for (const [key, fn] of model.functions) functions.set(key, { ...fn, body: cloneGraph(fn.body) });
  return {
    ...model,
    opsets: new Map(model.opsets),
    metadata: new Map(model.metadata),
    graph: cloneGraph(model.graph),
    functions,
  };
}

/** Makes `model` hold what `other` holds, so that references to the model stay good after a rollback. */
export function restoreModel(model: Model, other: Model): void {
  const copy = cloneModel(other);
  Object.assign(model, {
    irVersion: copy.irVersion,
    producerName: copy.producerName,
    producerVersion: copy.producerVersion,
    domain: copy.domain,
    modelVersion: copy.modelVersion,
    docString: copy.docString,
    graph: copy.graph,
    extra: copy.extra,
  });
  refill(model.opsets, copy.opsets);
  refill(model.metadata, copy.metadata);
  refill(model.functions, copy.functions);
}

function refill<K, V>(map: Map<K, V>, from: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}

/** A copy of a main graph or function body with a name scope of its own. */
export function cloneGraph(graph: Graph): Graph {
  return copyGraph(graph, new NameScope(), undefined, new Map(), false);
}

/**
 * A copy of a subgraph as a body inside `parent`. Values captured from outside are looked up in `captured` and kept as
 * they are when it has none. Names that the parent's scope already holds are made fresh when `renaming`.
 */
export function cloneSubgraph(
  graph: Graph,
  parent: Graph,
  captured: ReadonlyMap<Value, Value> = new Map(),
  renaming = false,
): Graph {
  return copyGraph(graph, parent.names, parent, new Map(captured), renaming);
}

function copyGraph(
  graph: Graph,
  names: NameScope,
  parent: Graph | undefined,
  values: Map<Value, Value>,
  renaming: boolean,
): Graph {
  const copy = new Graph(graph.name, names, parent);
  const nameOf = (name: string): string => (renaming ? names.fresh(name) : name);
  copy.docString = graph.docString;
  copy.metadata = graph.metadata;
  copy.extra = graph.extra;
  const carry = (from: Value, to: Value): void => {
    values.set(from, to);
    to.docString = from.docString;
    to.extra = from.extra;
  };
  for (const input of graph.inputs) carry(input, copy.addInput(nameOf(input.name), input.type));
  for (const constant of graph.constants) {
    const tensor = constant.constant;
    if (tensor === undefined) continue;
    if (constant.isInput) copy.addInitializer(constant.name, tensor, values.get(constant));
    else {
      const added = copy.addInitializer(nameOf(constant.name), tensor);
      added.type = constant.type;
      carry(constant, added);
    }
  }
  for (const node of graph.nodes()) {
    const made = copy.append({
      opType: node.opType,
      domain: node.domain,
      overload: node.overload,
      name: node.name,
      inputs: node.inputs.map((value) => (value === undefined ? undefined : (values.get(value) ?? value))),
      outputs: node.outputs.map((value) =>
        value === undefined ? undefined : { name: nameOf(value.name), type: value.type },
      ),
      ...(node.attributes.size === 0 ? {} : { attributes: copyAttributes(node, copy, values, renaming) }),
    });
    made.docString = node.docString;
    made.metadata = node.metadata;
    made.extra = node.extra;
    node.outputs.forEach((value, i) => {
      const output = made.outputs[i];
      if (value !== undefined && output !== undefined) carry(value, output);
    });
  }
  for (const output of graph.outputs) copy.addOutput(values.get(output) ?? output);
  return copy;
}

function copyAttributes(
  node: Node,
  graph: Graph,
  values: Map<Value, Value>,
  renaming: boolean,
): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes)
    attributes.set(name, copyAttribute(attribute, graph, values, renaming));
  return attributes;
}

function copyAttribute(attribute: Attribute, graph: Graph, values: Map<Value, Value>, renaming: boolean): Attribute {
  if (attribute.kind === "graph")
    return { kind: "graph", value: copyGraph(attribute.value, graph.names, graph, values, renaming) };
  if (attribute.kind === "graphs")
    return {
      kind: "graphs",
      value: attribute.value.map((inner) => copyGraph(inner, graph.names, graph, values, renaming)),
    };
  return attribute;
}
