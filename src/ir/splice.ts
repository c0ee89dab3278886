import type { Attribute } from "./attribute.ts";
import { cloneSubgraph } from "./clone.ts";
import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";
import type { Value } from "./value.ts";

/** How nodes are copied into a graph. */
export interface NodeCopying {
  readonly target: Graph;
  /** Copies go right before this node of the target; to its end without one. */
  readonly anchor?: Node;
  /** What values of the source stand for (undefined for an absent one); copied outputs are added. Others stay themselves. */
  readonly values: Map<Value, Value | undefined>;
  /** The name that a copied value gets. */
  readonly nameOf: (name: string) => string;
  /** Whether names inside of nested graphs are made new too: needed where the copy is not the only one. */
  readonly renaming: boolean;
  /** Replaces references to attributes of the enclosing function; undefined drops the attribute. */
  readonly resolve?: (attribute: Attribute) => Attribute | undefined;
}

/** Copies a node with its nested graphs. */
export function copyNode(node: Node, how: NodeCopying): Node {
  const { target, anchor, values, nameOf } = how;
  const resolve = how.resolve ?? ((attribute: Attribute) => attribute);
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
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    const copy = copyAttribute(attribute);
    if (copy !== undefined) attributes.set(name, copy);
  }
  const spec = {
    opType: node.opType,
    domain: node.domain,
    overload: node.overload,
    name: node.name,
    inputs: node.inputs.map((value) => lookUp(values, value)),
    outputs: node.outputs.map((value) =>
      value === undefined ? undefined : { name: nameOf(value.name), type: value.type },
    ),
    attributes,
  };
  const made = anchor === undefined ? target.append(spec) : target.insertBefore(anchor, spec);
  made.docString = node.docString;
  made.metadata = node.metadata;
  made.extra = node.extra;
  node.outputs.forEach((value, i) => {
    if (value !== undefined) values.set(value, made.outputs[i]);
  });
  return made;
}

function lookUp(values: ReadonlyMap<Value, Value | undefined>, value: Value | undefined): Value | undefined {
  return value !== undefined && values.has(value) ? values.get(value) : value;
}

function resolveAll(graph: Graph, resolve: (attribute: Attribute) => Attribute | undefined): void {
  for (const node of graph.allNodes())
    for (const [name, attribute] of [...node.attributes])
      if (attribute.kind === "reference") node.graph.setAttribute(node, name, resolve(attribute));
}

/** How a graph is copied into another. */
export interface Splice extends Omit<NodeCopying, "target" | "anchor" | "values"> {
  /** Copies go right before this node. */
  readonly anchor: Node;
  /** What the inputs of the graph stand for; undefined for an optional one that is absent. */
  readonly bindings: ReadonlyMap<Value, Value | undefined>;
}

/** Copies the nodes and constants of `source` before the anchor; returns what its outputs stand for. */
export function splice(source: Graph, { bindings, ...how }: Splice): readonly (Value | undefined)[] {
  const target = how.anchor.graph;
  const values = new Map(bindings);
  for (const constant of source.constants)
    if (constant.constant !== undefined && !constant.isInput)
      values.set(constant, target.addInitializer(how.nameOf(constant.name), constant.constant));
  for (const node of source.nodes()) copyNode(node, { ...how, target, values });
  return source.outputs.map((value) => lookUp(values, value));
}
