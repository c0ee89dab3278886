import type { Attribute, Graph, Node, Value } from "../../src/ir/index.ts";
import { cloneSubgraph } from "../../src/ir/index.ts";

/** How a graph is copied into another. */
export interface Splice {
  /** Copies go right before this node. */
  readonly anchor: Node;
  /** What the inputs of the graph stand for; undefined for an optional one that is absent. */
  readonly bindings: ReadonlyMap<Value, Value | undefined>;
  /** The name that a copied value gets. */
  readonly nameOf: (name: string) => string;
  /** Whether names inside of nested graphs are made new too: needed where the copy is not the only one. */
  readonly renaming: boolean;
  /** Replaces references to attributes of the enclosing function; undefined drops the attribute. */
  readonly resolve?: (attribute: Attribute) => Attribute | undefined;
}

function resolveAll(graph: Graph, resolve: (attribute: Attribute) => Attribute | undefined): void {
  for (const node of graph.allNodes())
    for (const [name, attribute] of [...node.attributes])
      if (attribute.kind === "reference") node.graph.setAttribute(node, name, resolve(attribute));
}

/** Copies the nodes and constants of `source` before the anchor; returns what its outputs stand for. */
export function splice(source: Graph, how: Splice): readonly (Value | undefined)[] {
  const { anchor, nameOf } = how;
  const resolve = how.resolve ?? ((attribute: Attribute) => attribute);
  const target = anchor.graph;
  const values = new Map<Value, Value | undefined>(how.bindings);
  const lookUp = (value: Value | undefined): Value | undefined =>
    value !== undefined && values.has(value) ? values.get(value) : value;
  const copyGraph = (graph: Graph): Graph => {
    const captured = new Map<Value, Value>();
    for (const [from, to] of values) if (to !== undefined) captured.set(from, to);
    const copy = cloneSubgraph(graph, target, captured, how.renaming);
    resolveAll(copy, resolve);
    return copy;
  };
  const copyAttribute = (attribute: Attribute): Attribute | undefined => {
    if (attribute.kind === "graph") return { kind: "graph", value: copyGraph(attribute.value) };
    if (attribute.kind === "graphs") return { kind: "graphs", value: attribute.value.map(copyGraph) };
    return attribute.kind === "reference" ? resolve(attribute) : attribute;
  };
  for (const constant of source.constants)
    if (constant.constant !== undefined && !constant.isInput)
      values.set(constant, target.addInitializer(nameOf(constant.name), constant.constant));
  for (const node of source.nodes()) {
    const attributes = new Map<string, Attribute>();
    for (const [name, attribute] of node.attributes) {
      const copy = copyAttribute(attribute);
      if (copy !== undefined) attributes.set(name, copy);
    }
    const made = target.insertBefore(anchor, {
      opType: node.opType,
      domain: node.domain,
      overload: node.overload,
      name: node.name,
      inputs: node.inputs.map(lookUp),
      outputs: node.outputs.map((value) =>
        value === undefined ? undefined : { name: nameOf(value.name), type: value.type },
      ),
      attributes,
    });
    made.docString = node.docString;
    made.metadata = node.metadata;
    made.extra = node.extra;
    node.outputs.forEach((value, i) => {
      if (value !== undefined) values.set(value, made.outputs[i]);
    });
  }
  return source.outputs.map(lookUp);
}
