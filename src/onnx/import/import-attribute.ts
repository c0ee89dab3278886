import type { Attribute, Graph, ValueType } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import type { AttributeProto, GraphProto } from "../proto/graph.ts";
import { attributeTypes } from "../proto/graph.ts";
import type { TensorProto } from "../proto/tensor.ts";
import type { TypeProto } from "../proto/type.ts";
import type { ExternalFiles } from "../tensor/external-files.ts";
import { importSparse, importTensor } from "./import-tensor.ts";
import { importType } from "./import-type.ts";

/** What importing an attribute needs from around it. */
export interface AttributeContext {
  /** Name of the node or function it belongs to, for messages. */
  readonly owner: string;
  readonly files: ExternalFiles | undefined;
  importSubgraph(proto: GraphProto): Graph;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function importString(bytes: Uint8Array): string | Uint8Array {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

/** Makes an attribute of its message; an unknown kind or missing content throws InferOptError. */
export function importAttribute(proto: AttributeProto, context: AttributeContext): Attribute {
  const reject = (detail: string): never =>
    fail(
      onnxDiagnostics.badAttribute(
        { node: context.owner, attribute: proto.name ?? "", detail },
        { node: context.owner },
      ),
    );
  if (proto.refAttrName !== undefined && proto.refAttrName !== "")
    return { kind: "reference", value: proto.refAttrName, type: proto.type ?? 0 };
  const tensor = (inner: TensorProto) => importTensor(inner, context.files);
  const type = (inner: TypeProto): ValueType => importType(inner) ?? reject("the type is empty");
  const given = <T>(content: T | undefined): T => content ?? reject("the content is missing");
  switch (proto.type || inferredType(proto)) {
    case attributeTypes.float:
      return { kind: "float", value: proto.f ?? 0 };
    case attributeTypes.int:
      return { kind: "int", value: proto.i ?? 0n };
    case attributeTypes.string:
      return { kind: "string", value: importString(proto.s ?? new Uint8Array()) };
    case attributeTypes.tensor:
      return { kind: "tensor", value: tensor(given(proto.t)) };
    case attributeTypes.graph:
      return { kind: "graph", value: context.importSubgraph(given(proto.g)) };
    case attributeTypes.sparse:
      return { kind: "sparse", value: importSparse(given(proto.sparseTensor), context.files) };
    case attributeTypes.type:
      return { kind: "type", value: type(given(proto.tp)) };
    case attributeTypes.floats:
      return { kind: "floats", value: proto.floats ?? [] };
    case attributeTypes.ints:
      return { kind: "ints", value: proto.ints ?? [] };
    case attributeTypes.strings:
      return { kind: "strings", value: (proto.strings ?? []).map(importString) };
    case attributeTypes.tensors:
      return { kind: "tensors", value: (proto.tensors ?? []).map(tensor) };
    case attributeTypes.graphs:
      return { kind: "graphs", value: (proto.graphs ?? []).map((graph) => context.importSubgraph(graph)) };
    case attributeTypes.sparses:
      return { kind: "sparses", value: (proto.sparseTensors ?? []).map((inner) => importSparse(inner, context.files)) };
    case attributeTypes.types:
      return { kind: "types", value: (proto.typeProtos ?? []).map(type) };
    default:
      return reject(`kind ${proto.type ?? 0} is not known to this version`);
  }
}

/** The kind of an attribute without `type` (files of the first IR version), from the field that is filled. */
function inferredType(proto: AttributeProto): number {
  if (proto.f !== undefined) return attributeTypes.float;
  if (proto.i !== undefined) return attributeTypes.int;
  if (proto.s !== undefined) return attributeTypes.string;
  if (proto.t !== undefined) return attributeTypes.tensor;
  if (proto.g !== undefined) return attributeTypes.graph;
  if (proto.sparseTensor !== undefined) return attributeTypes.sparse;
  if (proto.tp !== undefined) return attributeTypes.type;
  if (proto.floats !== undefined) return attributeTypes.floats;
  if (proto.strings !== undefined) return attributeTypes.strings;
  if (proto.tensors !== undefined) return attributeTypes.tensors;
  if (proto.graphs !== undefined) return attributeTypes.graphs;
  if (proto.sparseTensors !== undefined) return attributeTypes.sparses;
  if (proto.typeProtos !== undefined) return attributeTypes.types;
  // An empty list leaves no trace; lists of integers (axes, pads) are the usual ones.
  return attributeTypes.ints;
}
