import type { Model, ModelFunction } from "../../ir/index.ts";
import { functionKey } from "../../ir/index.ts";
import { normalDomain } from "../import/import-model.ts";
import type { ModelOrigin } from "../origin.ts";
import { functionOrigin, modelOrigin } from "../origin.ts";
import { mapTrainingTensors } from "../proto/map-tensors.ts";
import type { FunctionProto, ModelProto, OperatorSetIdProto, TrainingInfoProto } from "../proto/model.ts";
import type { TensorProto } from "../proto/tensor.ts";
import { defined, textField } from "../proto/defined.ts";
import { exportAttribute } from "./export-attribute.ts";
import { exportGraph, exportInnerTypes, exportNode } from "./export-graph.ts";
import type { GraphExport, ValueInfoPolicy } from "./export-graph.ts";
import { exportProps } from "./export-props.ts";
import type { Placer } from "./export-tensor.ts";
import { exportTensor } from "./export-tensor.ts";

/** How a model is turned into its message. */
export interface ExportOptions {
  readonly valueInfo?: ValueInfoPolicy | undefined;
  readonly place?: Placer | undefined;
}

/** Makes the message of a model. Tensor content is referred to, not read. */
export function exportModel(model: Model, options: ExportOptions = {}): ModelProto {
  const origin = modelOrigin(model);
  const original = origin?.proto;
  const context: GraphExport = {
    valueInfo: options.valueInfo ?? "kept",
    place: options.place ?? (() => "inline"),
    isCall: ({ domain, opType, overload }) => model.functions.has(functionKey(domain, opType, overload)),
  };
  return defined<ModelProto>({
    ...original,
    irVersion: numberField(BigInt(model.irVersion), original?.irVersion),
    producerName: textField(model.producerName, original?.producerName),
    producerVersion: textField(model.producerVersion, original?.producerVersion),
    domain: textField(model.domain, original?.domain),
    modelVersion: numberField(model.modelVersion, original?.modelVersion),
    docString: textField(model.docString, original?.docString),
    graph: exportGraph(model.graph, context),
    opsetImport: exportOpsets(model.opsets, original?.opsetImport),
    metadataProps: exportProps(model.metadata, original?.metadataProps),
    trainingInfo: exportTraining(origin, context.place),
    functions: [...model.functions.values()].map((fn) => exportFunction(fn, context)),
  });
}

/** A number field: absent where it is 0 and the file had none. */
function numberField(value: bigint, original: bigint | undefined): bigint | undefined {
  return value === 0n && original === undefined ? undefined : value;
}

function exportTraining(origin: ModelOrigin | undefined, place: Placer): readonly TrainingInfoProto[] {
  const infos = origin?.proto.trainingInfo ?? [];
  const tensors = origin?.trainingTensors;
  if (tensors === undefined || tensors.size === 0) return infos;
  const move = (proto: TensorProto): TensorProto => {
    const tensor = tensors.get(proto);
    return tensor === undefined ? proto : exportTensor(tensor, undefined, place(tensor, true));
  };
  return infos.map((info) => mapTrainingTensors(info, move));
}

function exportOpsets(
  opsets: ReadonlyMap<string, number>,
  original: readonly OperatorSetIdProto[] | undefined,
): readonly OperatorSetIdProto[] {
  const entries: OperatorSetIdProto[] = [];
  const written = new Set<string>();
  for (const entry of original ?? []) {
    const domain = normalDomain(entry.domain);
    const version = opsets.get(domain);
    if (version === undefined) continue;
    written.add(domain);
    entries.push(BigInt(version) === (entry.version ?? 0n) ? entry : { ...entry, version: BigInt(version) });
  }
  for (const [domain, version] of opsets) if (!written.has(domain)) entries.push({ domain, version: BigInt(version) });
  return entries;
}

function exportFunction(fn: ModelFunction, context: GraphExport): FunctionProto {
  const original = functionOrigin(fn)?.proto;
  const domain = normalDomain(original?.domain) === fn.domain ? original?.domain : fn.domain;
  const defaults = new Map((original?.attributeProto ?? []).map((proto) => [proto.name ?? "", proto]));
  return defined<FunctionProto>({
    ...original,
    name: fn.name,
    input: fn.body.inputs.map((value) => value.name),
    output: fn.body.outputs.map((value) => value.name),
    attribute: fn.attributes,
    node: [...fn.body.nodes()].map((node) => exportNode(node, context)),
    docString: textField(fn.docString, original?.docString),
    opsetImport: exportOpsets(fn.opsets, original?.opsetImport),
    domain,
    attributeProto: [...fn.attributeDefaults].map(([name, attribute]) => {
      const proto = defaults.get(name);
      return exportAttribute(name, attribute, proto && { attribute, proto }, {
        place: () => "inline",
        exportSubgraph: (graph) => exportGraph(graph, context),
      });
    }),
    valueInfo: exportInnerTypes(fn.body, context),
    overload: textField(fn.overload, original?.overload),
    metadataProps: exportProps(fn.metadata, original?.metadataProps),
  });
}
