import type { Attribute, Graph, Model, ModelFunction, Node, Tensor, Value } from "../ir/index.ts";
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from "./proto/graph.ts";
import type { FunctionProto, ModelProto } from "./proto/model.ts";
import type { TensorProto } from "./proto/tensor.ts";

/*
 * What an object was read from. It travels as `extra`; on export every field that the graph owns is set from the graph,
 * and the rest (unknown fields, annotations, spelling) stays as the file had it.
 */

/** An entry of value_info with its place in the list, which is kept. */
export interface PlacedInfo {
  readonly info: ValueInfoProto;
  readonly index: number;
}

/** Origin of a model: the message without graph and functions. */
export interface ModelOrigin {
  readonly kind: "onnx-model";
  readonly proto: ModelProto;
  /** Tensors of training graphs that are in data files, by their messages; they move with the model. */
  readonly trainingTensors: ReadonlyMap<TensorProto, Tensor>;
  /** Real paths of the files it was read from: the model file and its data files. */
  readonly files: readonly string[];
}

/** Origin of a function: the message without nodes and value_info. */
export interface FunctionOrigin {
  readonly kind: "onnx-function";
  readonly proto: FunctionProto;
}

/** Origin of a graph: the message without nodes, values and initializers. */
export interface GraphOrigin {
  readonly kind: "onnx-graph";
  readonly proto: GraphProto;
  readonly inputs: ReadonlyMap<string, ValueInfoProto>;
  readonly outputs: ReadonlyMap<string, ValueInfoProto>;
  /** Entries of value_info for names that the graph does not define. */
  readonly loose: readonly PlacedInfo[];
}

/** Origin of a node, with each attribute as it was read. */
export interface NodeOrigin {
  readonly kind: "onnx-node";
  readonly proto: NodeProto;
  readonly attributes: ReadonlyMap<string, ImportedAttribute>;
}

/** An attribute and the message it was read from. */
export interface ImportedAttribute {
  readonly attribute: Attribute;
  readonly proto: AttributeProto;
}

/** Origin of a value that has an entry in value_info, or asks for one. */
export interface ValueOrigin {
  readonly kind: "onnx-value";
  readonly placed: PlacedInfo | undefined;
}

type Origin = ModelOrigin | FunctionOrigin | GraphOrigin | NodeOrigin | ValueOrigin;

function originOf<K extends Origin["kind"]>(extra: unknown, kind: K): Extract<Origin, { kind: K }> | undefined {
  const isOrigin = typeof extra === "object" && extra !== null && "kind" in extra && extra.kind === kind;
  return isOrigin ? (extra as Extract<Origin, { kind: K }>) : undefined;
}

/** The origin of a model read from a file. */
export const modelOrigin = (model: Model): ModelOrigin | undefined => originOf(model.extra, "onnx-model");
/** The origin of a function read from a file. */
export const functionOrigin = (fn: ModelFunction): FunctionOrigin | undefined => originOf(fn.extra, "onnx-function");
/** The origin of a graph read from a file. */
export const graphOrigin = (graph: Graph): GraphOrigin | undefined => originOf(graph.extra, "onnx-graph");
/** The origin of a node read from a file. */
export const nodeOrigin = (node: Node): NodeOrigin | undefined => originOf(node.extra, "onnx-node");
/** The origin of a value read from a file. */
export const valueOrigin = (value: Value): ValueOrigin | undefined => originOf(value.extra, "onnx-value");

/** Makes the value's type be written even where value_info is kept as it was (for readers that cannot infer it). */
export function requireValueInfo(value: Value): void {
  value.extra ??= { kind: "onnx-value", placed: undefined } satisfies ValueOrigin;
}
