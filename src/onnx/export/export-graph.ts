import type { Graph, Node, Value } from "../../ir/index.ts";
import { graphOrigin, nodeOrigin, valueOrigin } from "../origin.ts";
import type { PlacedInfo } from "../origin.ts";
import { normalDomain } from "../import/import-model.ts";
import type { GraphProto, NodeProto, TensorAnnotation, ValueInfoProto } from "../proto/graph.ts";
import type { SparseTensorProto, TensorProto } from "../proto/tensor.ts";
import { SparseProtoTensor } from "../tensor/proto-tensor.ts";
import { defined, textField } from "../proto/defined.ts";
import { exportAttribute } from "./export-attribute.ts";
import { exportProps } from "./export-props.ts";
import { exportTensor } from "./export-tensor.ts";
import type { Placer } from "./export-tensor.ts";
import { exportValueInfo } from "./export-type.ts";

/**
 * Which inner values get their type written: "kept" those whose type the file named, calls of functions and those of
 * `requireValueInfo`; "all" every one whose type is known; "none" none.
 */
export type ValueInfoPolicy = "all" | "kept" | "none";

/** How a graph is written. */
export interface GraphExport {
  readonly valueInfo: ValueInfoPolicy;
  readonly place: Placer;
  /** True for nodes that call a function of the model, whose output types not every reader infers. */
  isCall(node: Node): boolean;
}

/** The message of a graph: what the graph owns is set from it, the rest stays as the file had it. */
export function exportGraph(graph: Graph, context: GraphExport): GraphProto {
  const origin = graphOrigin(graph);
  const original = origin?.proto;
  const initializers: TensorProto[] = [];
  const sparse: SparseTensorProto[] = [];
  for (const value of graph.constants) {
    const tensor = value.constant;
    if (tensor === undefined) continue;
    if (tensor instanceof SparseProtoTensor) sparse.push(named(tensor.proto, value.name));
    else initializers.push(exportTensor(tensor, value.name, context.place(tensor, true)));
  }
  return defined<GraphProto>({
    ...original,
    node: [...graph.nodes()].map((node) => exportNode(node, context)),
    name: textField(graph.name, original?.name),
    initializer: initializers,
    sparseInitializer: sparse,
    docString: textField(graph.docString, original?.docString),
    input: graph.inputs.map((value) => interfaceInfo(value, origin?.inputs)),
    output: graph.outputs.map((value) => interfaceInfo(value, origin?.outputs)),
    valueInfo: exportInnerTypes(graph, context),
    quantizationAnnotation: annotations(graph, original?.quantizationAnnotation),
    metadataProps: exportProps(graph.metadata, original?.metadataProps),
  });
}

function named(sparse: SparseTensorProto, name: string): SparseTensorProto {
  return sparse.values?.name === name ? sparse : { ...sparse, values: { ...sparse.values, name } };
}

function interfaceInfo(value: Value, originals: ReadonlyMap<string, ValueInfoProto> | undefined): ValueInfoProto {
  const original = originals?.get(value.name);
  // A value that is input and output, or has value_info too, has one text for several entries: each keeps its own.
  const docString = original === undefined ? value.docString : (original.docString ?? "");
  return exportValueInfo(value.name, value.type, docString, original);
}

/** The entries of value_info, in the order of the file, new ones after them. */
export function exportInnerTypes(graph: Graph, context: GraphExport): readonly ValueInfoProto[] {
  if (context.valueInfo === "none") return [];
  const placed: PlacedInfo[] = [...(graphOrigin(graph)?.loose ?? [])];
  const added: ValueInfoProto[] = [];
  const add = (value: Value, node: Node | undefined): void => {
    const origin = valueOrigin(value);
    const original = origin?.placed;
    if (original !== undefined) {
      const info = exportValueInfo(value.name, value.type, value.docString, original.info);
      placed.push({ info, index: original.index });
    } else if (value.type !== undefined && node !== undefined && !value.isOutput) {
      if (context.valueInfo === "all" || origin !== undefined || context.isCall(node))
        added.push(exportValueInfo(value.name, value.type, value.docString, undefined));
    }
  };
  for (const value of graph.constants) if (!value.isInput) add(value, undefined);
  for (const node of graph.nodes()) for (const value of node.outputs) if (value !== undefined) add(value, node);
  placed.sort((a, b) => a.index - b.index);
  return [...placed.map(({ info }) => info), ...added];
}

/** Annotations whose tensor still exists. */
function annotations(graph: Graph, originals: readonly TensorAnnotation[] | undefined): readonly TensorAnnotation[] {
  if (originals === undefined) return [];
  const names = new Set([...graph.inputs, ...graph.constants].map((value) => value.name));
  for (const node of graph.nodes()) for (const value of node.outputs) if (value !== undefined) names.add(value.name);
  return originals.filter(({ tensorName }) => names.has(tensorName ?? ""));
}

/** The message of a node. */
export function exportNode(node: Node, context: GraphExport): NodeProto {
  const origin = nodeOrigin(node);
  const original = origin?.proto;
  const attributes = [...node.attributes].map(([name, attribute]) =>
    exportAttribute(name, attribute, origin?.attributes.get(name), {
      place: context.place,
      exportSubgraph: (graph) => exportGraph(graph, context),
    }),
  );
  const domain = normalDomain(original?.domain) === node.domain ? original?.domain : node.domain;
  return defined<NodeProto>({
    ...original,
    input: node.inputs.map((value) => value?.name ?? ""),
    output: node.outputs.map((value) => value?.name ?? ""),
    name: textField(node.name, original?.name),
    opType: node.opType,
    attribute: attributes,
    docString: textField(node.docString, original?.docString),
    domain,
    overload: textField(node.overload, original?.overload),
    metadataProps: exportProps(node.metadata, original?.metadataProps),
  });
}
