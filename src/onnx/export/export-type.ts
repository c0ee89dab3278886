import type { Dim, Shape, ValueType } from "../../ir/index.ts";
import { dtypes, printType, symbolName } from "../../ir/index.ts";
import { importType } from "../import/import-type.ts";
import type { ValueInfoProto } from "../proto/graph.ts";
import type { DimensionProto, TensorShapeProto, TypeProto } from "../proto/type.ts";
import { defined, textField } from "../proto/defined.ts";

/** The message of a type; undefined for a type this program cannot spell (it then only exists in the file it came from). */
export function exportType(type: ValueType): TypeProto | undefined {
  switch (type.kind) {
    case "tensor":
      return { tensorType: defined({ elemType: dtypes[type.dtype].code, shape: exportShape(type.shape) }) };
    case "sparse":
      return { sparseTensorType: defined({ elemType: dtypes[type.dtype].code, shape: exportShape(type.shape) }) };
    case "sequence":
      return { sequenceType: defined({ elemType: exportType(type.element) }) };
    case "optional":
      return { optionalType: defined({ elemType: exportType(type.element) }) };
    case "map":
      return { mapType: defined({ keyType: dtypes[type.key].code, valueType: exportType(type.value) }) };
    case "opaque":
      return type.domain === "" ? undefined : { opaqueType: defined({ domain: type.domain, name: type.name }) };
  }
}

function exportShape(shape: Shape | undefined): TensorShapeProto | undefined {
  return shape && { dim: shape.map(exportDim) };
}

function exportDim(dim: Dim): DimensionProto {
  if (dim === undefined) return {};
  return typeof dim === "number" ? { dimValue: BigInt(dim) } : { dimParam: symbolName(dim) };
}

/** The message of a type, the original one (with its denotations) where it says the same. */
function exportTypeLike(type: ValueType | undefined, original: TypeProto | undefined): TypeProto | undefined {
  if (type === undefined) return original;
  if (original !== undefined && printType(importType(original)) === printType(type)) return original;
  const made = exportType(type);
  if (made === undefined || original?.denotation === undefined) return made ?? original;
  return { ...made, denotation: original.denotation };
}

/** A value's entry in input, output or value_info, made over the original one. */
export function exportValueInfo(
  name: string,
  type: ValueType | undefined,
  docString: string,
  original: ValueInfoProto | undefined,
): ValueInfoProto {
  return defined<ValueInfoProto>({
    ...original,
    name,
    type: exportTypeLike(type, original?.type),
    docString: textField(docString, original?.docString),
  });
}
