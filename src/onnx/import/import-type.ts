import type { Dim, Shape, ValueType } from "../../ir/index.ts";
import { dtypeFromCode, symbol } from "../../ir/index.ts";
import type { DimensionProto, TensorShapeProto, TensorTypeProto, TypeProto } from "../proto/type.ts";

/**
 * The type that a message declares; undefined when it declares none. A type with an element type newer than this
 * program is opaque; the message itself is carried by the value, so it is written back whole.
 */
export function importType(proto: TypeProto | undefined): ValueType | undefined {
  if (proto === undefined) return undefined;
  if (proto.tensorType !== undefined) return importTensorType("tensor", proto.tensorType);
  if (proto.sparseTensorType !== undefined) return importTensorType("sparse", proto.sparseTensorType);
  if (proto.sequenceType !== undefined) {
    const element = importType(proto.sequenceType.elemType);
    return element && { kind: "sequence", element };
  }
  if (proto.optionalType !== undefined) {
    const element = importType(proto.optionalType.elemType);
    return element && { kind: "optional", element };
  }
  if (proto.mapType !== undefined) {
    const key = dtypeFromCode(proto.mapType.keyType ?? 0);
    const value = importType(proto.mapType.valueType);
    return key && value && { kind: "map", key, value };
  }
  if (proto.opaqueType !== undefined)
    return { kind: "opaque", domain: proto.opaqueType.domain ?? "", name: proto.opaqueType.name ?? "" };
  return undefined;
}

function importTensorType(kind: "tensor" | "sparse", proto: TensorTypeProto): ValueType | undefined {
  const code = proto.elemType ?? 0;
  if (code === 0) return undefined;
  const dtype = dtypeFromCode(code);
  if (dtype === undefined) return { kind: "opaque", domain: "", name: `${kind}(${code})` };
  return { kind, dtype, shape: importShape(proto.shape) };
}

function importShape(proto: TensorShapeProto | undefined): Shape | undefined {
  return proto && (proto.dim ?? []).map(importDim);
}

/** Names that exporters write for any unknown dimension (`?` by Paddle, `None` by Keras): equal ones mean nothing. */
const placeholders: ReadonlySet<string> = new Set(["", "?", "None"]);

/** Sizes below zero are what some exporters write for an unknown dimension. */
function importDim({ dimValue, dimParam }: DimensionProto): Dim {
  if (dimValue !== undefined)
    return dimValue < 0n || dimValue > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(dimValue);
  return dimParam === undefined || placeholders.has(dimParam) ? undefined : symbol(dimParam);
}
