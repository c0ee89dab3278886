import type { Attribute, Graph, ValueType } from "../../ir/index.ts";
import { encodeText } from "../codec/text.ts";
import type { ImportedAttribute } from "../origin.ts";
import type { AttributeProto, GraphProto } from "../proto/graph.ts";
import { attributeTypes } from "../proto/graph.ts";
import type { TypeProto } from "../proto/type.ts";
import { defined } from "../proto/defined.ts";
import { exportSparse, exportTensor } from "./export-tensor.ts";
import type { Placer } from "./export-tensor.ts";
import { exportType } from "./export-type.ts";

/** What exporting an attribute needs from around it. */
export interface AttributeExport {
  readonly place: Placer;
  exportSubgraph(graph: Graph): GraphProto;
}

/** The message of an attribute; one that was read and not changed since keeps its message. */
export function exportAttribute(
  name: string,
  attribute: Attribute,
  imported: ImportedAttribute | undefined,
  context: AttributeExport,
): AttributeProto {
  const original = imported?.proto;
  const isRebuilt = attribute.kind === "graph" || attribute.kind === "graphs" || holdsTensors(attribute);
  const isOriginal = original !== undefined && imported?.attribute === attribute;
  if (isOriginal && !isRebuilt) return original;
  if (isOriginal) return { ...original, ...content(attribute, context) };
  const docString = original?.docString;
  return defined<AttributeProto>({ name, ...content(attribute, context), docString, type: typeOf(attribute) });
}

/** Their content may have to move to or from a data file. */
function holdsTensors(attribute: Attribute): boolean {
  return attribute.kind === "tensor" || attribute.kind === "tensors";
}

function typeOf(attribute: Attribute): number {
  return attribute.kind === "reference" ? attribute.type : attributeTypes[attribute.kind];
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? encodeText(text) : text;
}

function typeProto(type: ValueType): TypeProto {
  return exportType(type) ?? {};
}

function content(attribute: Attribute, { place, exportSubgraph }: AttributeExport): AttributeProto {
  switch (attribute.kind) {
    case "float":
      return { f: attribute.value };
    case "int":
      return { i: attribute.value };
    case "string":
      return { s: bytesOf(attribute.value) };
    case "tensor":
      return { t: exportTensor(attribute.value, undefined, place(attribute.value, false)) };
    case "graph":
      return { g: exportSubgraph(attribute.value) };
    case "sparse":
      return { sparseTensor: exportSparse(attribute.value) };
    case "type":
      return { tp: typeProto(attribute.value) };
    case "floats":
      return { floats: attribute.value };
    case "ints":
      return { ints: attribute.value };
    case "strings":
      return { strings: attribute.value.map(bytesOf) };
    case "tensors":
      return { tensors: attribute.value.map((tensor) => exportTensor(tensor, undefined, place(tensor, false))) };
    case "graphs":
      return { graphs: attribute.value.map(exportSubgraph) };
    case "sparses":
      return { sparseTensors: attribute.value.map(exportSparse) };
    case "types":
      return { typeProtos: attribute.value.map(typeProto) };
    case "reference":
      return { refAttrName: attribute.value };
  }
}
