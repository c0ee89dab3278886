import type { Attribute, NameScope, Node, Tensor, Value, ValueType } from "../../ir/index.ts";
import { Graph } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import type { GraphOrigin, ImportedAttribute, NodeOrigin, PlacedInfo, ValueOrigin } from "../origin.ts";
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from "../proto/graph.ts";
import type { StringStringEntryProto } from "../proto/tensor.ts";
import type { ExternalFiles } from "../tensor/external-files.ts";
import { defined } from "../proto/defined.ts";
import { importAttribute } from "./import-attribute.ts";
import { importSparseInitializer, importTensor } from "./import-tensor.ts";
import { importType } from "./import-type.ts";

/** The values that names stand for in one graph, and the graph around it. */
interface Scope {
  readonly graph: Graph;
  readonly values: Map<string, Value>;
  readonly outer: Scope | undefined;
}

/** Makes a graph of its message; undefined names, double definitions and cycles throw InferOptError. */
export function importGraph(
  proto: GraphProto,
  names: NameScope,
  files: ExternalFiles | undefined,
  outer?: Scope,
): Graph {
  const graph = new Graph(proto.name ?? "", names, outer?.graph);
  return new GraphImporter(proto, { graph, values: new Map(), outer }, files).run();
}

/** String entries as a map; of a repeated key the last one stands. */
export function importProps(entries: readonly StringStringEntryProto[] | undefined): ReadonlyMap<string, string> {
  return new Map((entries ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
}

/** Marks every name of a graph and the graphs inside it as taken, so that names made later are new everywhere. */
export function reserveNames(proto: GraphProto, names: NameScope): void {
  for (const { name } of proto.input ?? []) names.reserve(name ?? "");
  for (const { name } of proto.initializer ?? []) names.reserve(name ?? "");
  for (const { values } of proto.sparseInitializer ?? []) names.reserve(values?.name ?? "");
  for (const { name } of proto.valueInfo ?? []) names.reserve(name ?? "");
  for (const node of proto.node ?? []) {
    for (const name of node.output ?? []) names.reserve(name);
    for (const attribute of node.attribute ?? []) {
      if (attribute.g !== undefined) reserveNames(attribute.g, names);
      for (const graph of attribute.graphs ?? []) reserveNames(graph, names);
    }
  }
}

function labelOf(node: NodeProto, index: number): string {
  return node.name === undefined || node.name === ""
    ? `${node.opType ?? "?"} #${index}`
    : `${node.opType} "${node.name}"`;
}

class GraphImporter {
  readonly #proto: GraphProto;
  readonly #scope: Scope;
  readonly #files: ExternalFiles | undefined;
  readonly #infos: ReadonlyMap<string, PlacedInfo>;
  readonly #outputs: ReadonlyMap<string, ValueInfoProto>;

  constructor(proto: GraphProto, scope: Scope, files: ExternalFiles | undefined) {
    this.#proto = proto;
    this.#scope = scope;
    this.#files = files;
    this.#infos = new Map((proto.valueInfo ?? []).map((info, index) => [info.name ?? "", { info, index }]));
    this.#outputs = new Map((proto.output ?? []).map((info) => [info.name ?? "", info]));
  }

  run(): Graph {
    const { graph, values } = this.#scope;
    graph.docString = this.#proto.docString ?? "";
    graph.metadata = importProps(this.#proto.metadataProps);
    this.#inputs();
    this.#constants();
    // Two rounds, because nodes may stand in any order: all outputs first, then what reads them.
    const nodes = (this.#proto.node ?? []).map((node) => this.#define(node));
    nodes.forEach((node, index) => this.#connect(node, index));
    for (const info of this.#proto.output ?? []) graph.addOutput(this.#output(info));
    this.#order();
    graph.extra = this.#origin(values);
    return graph;
  }

  #inputs(): void {
    const { graph } = this.#scope;
    for (const info of this.#proto.input ?? []) {
      const name = info.name ?? "";
      const value = graph.addInput(
        this.#newName(name),
        importType(info.type) ?? importType(this.#infos.get(name)?.info.type),
      );
      value.docString = info.docString ?? "";
      this.#scope.values.set(name, value);
    }
  }

  #constants(): void {
    for (const tensor of this.#proto.initializer ?? [])
      this.#constant(tensor.name ?? "", importTensor(tensor, this.#files));
    for (const sparse of this.#proto.sparseInitializer ?? [])
      this.#constant(sparse.values?.name ?? "", importSparseInitializer(sparse, this.#files));
  }

  #constant(name: string, tensor: Tensor): void {
    const { graph, values } = this.#scope;
    const input = values.get(name);
    if (input !== undefined && input.constant === undefined) {
      graph.addInitializer(name, tensor, input);
      input.type ??= { kind: "tensor", dtype: tensor.dtype, shape: tensor.shape };
      return;
    }
    if (name === "") fail(onnxDiagnostics.badTensor({ tensor: name, detail: "an initializer needs a name" }));
    const value = graph.addInitializer(this.#newName(name), tensor);
    this.#remember(name, value);
  }

  /** The name a value gets: its own, or a new one where it would hide a value around (which no reader agrees on). */
  #newName(name: string): string {
    const { graph, values, outer } = this.#scope;
    if (values.has(name)) fail(onnxDiagnostics.duplicateName({ name, graph: graph.name }, { value: name }));
    for (let scope = outer; scope !== undefined; scope = scope.outer)
      if (scope.values.has(name)) return graph.names.fresh(name);
    return name;
  }

  #remember(name: string, value: Value): void {
    this.#scope.values.set(name, value);
    const placed = this.#infos.get(name);
    if (placed === undefined) return;
    value.docString = placed.info.docString ?? "";
    value.extra = { kind: "onnx-value", placed } satisfies ValueOrigin;
  }

  #typeOf(name: string): ValueType | undefined {
    return importType(this.#outputs.get(name)?.type) ?? importType(this.#infos.get(name)?.info.type);
  }

  #define(proto: NodeProto): Node {
    const { graph, values } = this.#scope;
    const outputs = (proto.output ?? []).map((name) =>
      name === "" ? undefined : { name: this.#newName(name), type: this.#typeOf(name) },
    );
    const node = graph.append({
      opType: proto.opType ?? "",
      domain: proto.domain ?? "",
      overload: proto.overload ?? "",
      name: proto.name ?? "",
      inputs: [],
      outputs,
    });
    node.docString = proto.docString ?? "";
    if (proto.metadataProps !== undefined) node.metadata = importProps(proto.metadataProps);
    node.outputs.forEach((value, i) => {
      const name = (proto.output ?? [])[i] as string;
      if (value === undefined) return;
      if (values.has(name)) fail(onnxDiagnostics.duplicateName({ name, graph: graph.name }, { value: name }));
      this.#remember(name, value);
    });
    return node;
  }

  #connect(node: Node, index: number): void {
    const { graph } = this.#scope;
    const proto = (this.#proto.node ?? [])[index] as NodeProto;
    const inputs = (proto.input ?? []).map((name) => {
      if (name === "") return undefined;
      const value = this.#lookup(name);
      if (value !== undefined) return value;
      const owner = labelOf(proto, index);
      return fail(onnxDiagnostics.unknownInput({ node: owner, name, graph: graph.name }, { node: owner, value: name }));
    });
    graph.setInputs(node, inputs);
    const attributes = new Map<string, ImportedAttribute>();
    for (const attribute of proto.attribute ?? []) {
      const name = attribute.name ?? "";
      const imported = this.#attribute(attribute, labelOf(proto, index), attributes.has(name));
      attributes.set(name, { attribute: imported, proto: attribute });
      graph.setAttribute(node, name, imported);
    }
    node.extra = { kind: "onnx-node", proto, attributes } satisfies NodeOrigin;
  }

  #attribute(proto: AttributeProto, owner: string, twice: boolean): Attribute {
    const attribute = proto.name ?? "";
    if (twice) fail(onnxDiagnostics.badAttribute({ node: owner, attribute, detail: "given twice" }, { node: owner }));
    return importAttribute(proto, {
      owner,
      files: this.#files,
      importSubgraph: (inner) => importGraph(inner, this.#scope.graph.names, this.#files, this.#scope),
    });
  }

  #lookup(name: string): Value | undefined {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.outer) {
      const value = scope.values.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #output(info: ValueInfoProto): Value {
    const name = info.name ?? "";
    const value = this.#lookup(name);
    if (value === undefined)
      fail(onnxDiagnostics.unknownOutput({ name, graph: this.#scope.graph.name }, { value: name }));
    if (value.docString === "") value.docString = info.docString ?? "";
    return value;
  }

  #order(): void {
    const { graph } = this.#scope;
    const cycle = graph.sort();
    const [first] = cycle;
    if (first === undefined) return;
    const on = new Set(cycle);
    const through = first.inputs.find((value) => value?.producer !== undefined && on.has(value.producer));
    const nodes = cycle.map((node) => node.name || node.opType);
    fail(
      onnxDiagnostics.cycle(
        { nodes, value: through?.name, graph: graph.name },
        { node: nodes[0], value: through?.name },
      ),
    );
  }

  #origin(values: ReadonlyMap<string, Value>): GraphOrigin {
    const { input, valueInfo } = this.#proto;
    const { name, docString, metadataProps, quantizationAnnotation, unknown } = this.#proto;
    const proto = defined<GraphProto>({ name, docString, metadataProps, quantizationAnnotation, unknown });
    const loose = (valueInfo ?? []).flatMap((info, index) => {
      const value = values.get(info.name ?? "");
      const carried = value !== undefined && !value.isInput && this.#infos.get(info.name ?? "")?.index === index;
      return carried ? [] : [{ info, index }];
    });
    return {
      kind: "onnx-graph",
      proto,
      inputs: new Map((input ?? []).map((info) => [info.name ?? "", info])),
      outputs: this.#outputs,
      loose,
    };
  }
}
