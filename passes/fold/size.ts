import type { Attribute, Graph, Model, Node, Tensor } from "../../src/ir/index.ts";

/** Bytes of protobuf tags, lengths and dimensions around a name, a list entry or a tensor: close enough to compare by. */
const fieldBytes = 2;
const tensorHeaderBytes = 16;

/** Bytes that an initializer takes in the file. */
export function constantBytes(tensor: Tensor, name: string): number {
  return tensor.byteLength + name.length + tensorHeaderBytes;
}

function attributeBytes(attribute: Attribute): number {
  switch (attribute.kind) {
    case "tensor":
      return attribute.value.byteLength + tensorHeaderBytes;
    case "graph":
      return graphBytes(attribute.value);
    case "ints":
    case "floats":
      return 2 * fieldBytes * attribute.value.length;
    default:
      return 8;
  }
}

/** Bytes that a node takes in the file, with the type annotations of its outputs. */
export function nodeBytes(node: Node): number {
  let bytes = node.opType.length + node.name.length + node.domain.length + 4 * fieldBytes;
  for (const input of node.inputs) bytes += (input?.name.length ?? 0) + fieldBytes;
  for (const output of node.outputs) bytes += (output?.name.length ?? 0) + fieldBytes;
  for (const [name, attribute] of node.attributes) bytes += name.length + 2 * fieldBytes + attributeBytes(attribute);
  return bytes;
}

function graphBytes(graph: Graph): number {
  let bytes = 0;
  for (const constant of graph.constants)
    if (constant.constant !== undefined) bytes += constantBytes(constant.constant, constant.name);
  for (const node of graph.nodes()) bytes += nodeBytes(node);
  return bytes;
}

/** An estimate, from below, of the bytes of the model's file. */
export function modelBytes(model: Model): number {
  let bytes = graphBytes(model.graph);
  for (const fn of model.functions.values()) bytes += graphBytes(fn.body);
  return bytes;
}
