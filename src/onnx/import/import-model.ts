import type { Attribute, Model, ModelFunction, Tensor } from "../../ir/index.ts";
import { NameScope, functionKey } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import type { FunctionOrigin, ModelOrigin } from "../origin.ts";
import type { GraphProto } from "../proto/graph.ts";
import type { FunctionProto, ModelProto, OperatorSetIdProto } from "../proto/model.ts";
import { mapTrainingTensors } from "../proto/map-tensors.ts";
import type { TensorProto } from "../proto/tensor.ts";
import { dataLocations } from "../proto/tensor.ts";
import type { ExternalFiles } from "../tensor/external-files.ts";
import { checkCalls } from "./check-calls.ts";
import { importAttribute } from "./import-attribute.ts";
import { importTensor } from "./import-tensor.ts";
import { importGraph, importProps, reserveNames } from "./import-graph.ts";

/** The default domain has two spellings; the empty one is used inside. */
export function normalDomain(domain: string | undefined): string {
  return domain === "ai.onnx" ? "" : (domain ?? "");
}

function importOpsets(entries: readonly OperatorSetIdProto[] | undefined): Map<string, number> {
  return new Map((entries ?? []).map(({ domain, version }) => [normalDomain(domain), Number(version ?? 0n)]));
}

/** Makes a model of its message. `file` is the model file, for messages and to keep it from being written over. */
export function importModel(proto: ModelProto, files: ExternalFiles | undefined, file?: string): Model {
  const { graph, functions: functionProtos, ...rest } = proto;
  if (graph === undefined) fail(onnxDiagnostics.noGraph({ path: file ?? "the model" }, { file }));
  const names = new NameScope();
  reserveNames(graph, names);
  const main = importGraph(graph, names, files);
  const functions = new Map<string, ModelFunction>();
  for (const fn of functionProtos ?? []) {
    const imported = importFunction(fn, files);
    const key = functionKey(imported.domain, imported.name, imported.overload);
    if (functions.has(key)) fail(onnxDiagnostics.duplicateFunction({ name: key }));
    functions.set(key, imported);
  }
  checkCalls(main, functions);
  const trainingTensors = externalTrainingTensors(proto, files);
  const paths = [...(files?.found.values() ?? [])].map(({ path }) => path);
  const origin: ModelOrigin = {
    kind: "onnx-model",
    proto: rest,
    trainingTensors,
    files: file === undefined ? paths : [file, ...paths],
  };
  return {
    irVersion: Number(proto.irVersion ?? 0n),
    opsets: importOpsets(proto.opsetImport),
    producerName: proto.producerName ?? "",
    producerVersion: proto.producerVersion ?? "",
    domain: proto.domain ?? "",
    modelVersion: proto.modelVersion ?? 0n,
    docString: proto.docString ?? "",
    metadata: new Map(importProps(proto.metadataProps)),
    graph: main,
    functions,
    extra: origin,
  };
}

function externalTrainingTensors(
  { trainingInfo }: ModelProto,
  files: ExternalFiles | undefined,
): ReadonlyMap<TensorProto, Tensor> {
  const found = new Map<TensorProto, Tensor>();
  for (const info of trainingInfo ?? [])
    mapTrainingTensors(info, (tensor) => {
      if (tensor.dataLocation === dataLocations.external) found.set(tensor, importTensor(tensor, files));
      return tensor;
    });
  return found;
}

function importFunction(proto: FunctionProto, files: ExternalFiles | undefined): ModelFunction {
  const { node, valueInfo, ...rest } = proto;
  const named = (names: readonly string[] | undefined) => (names ?? []).map((name) => ({ name }));
  // The body is a graph whose inputs and outputs are declared by name alone.
  const graph: GraphProto = {
    name: proto.name ?? "",
    input: named(proto.input),
    output: named(proto.output),
    ...(node === undefined ? {} : { node }),
    ...(valueInfo === undefined ? {} : { valueInfo }),
  };
  const names = new NameScope();
  reserveNames(graph, names);
  const owner = `function ${proto.name ?? ""}`;
  const attributeDefaults = new Map<string, Attribute>();
  const importSubgraph = (inner: GraphProto) => importGraph(inner, new NameScope(), files);
  for (const attribute of proto.attributeProto ?? [])
    attributeDefaults.set(attribute.name ?? "", importAttribute(attribute, { owner, files, importSubgraph }));
  return {
    domain: normalDomain(proto.domain),
    name: proto.name ?? "",
    overload: proto.overload ?? "",
    body: importGraph(graph, names, files),
    attributes: proto.attribute ?? [],
    attributeDefaults,
    opsets: importOpsets(proto.opsetImport),
    docString: proto.docString ?? "",
    metadata: importProps(proto.metadataProps),
    extra: { kind: "onnx-function", proto: rest } satisfies FunctionOrigin,
  };
}
