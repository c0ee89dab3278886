import type { RuntimeMap, RuntimeOptional, RuntimeSequence, RuntimeValue, ValueType } from "../../ir/index.ts";
import { dtypeFromCode, isTensor, tensorType } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import type { MapProto, OptionalProto, SequenceProto } from "../proto/runtime-value.ts";
import { elementKinds } from "../proto/runtime-value.ts";
import type { SparseTensorProto } from "../proto/tensor.ts";
import { importSparse, importTensor } from "./import-tensor.ts";

const utf8 = new TextDecoder();

function importSparseValue(proto: SparseTensorProto): RuntimeValue {
  return { kind: "sparse", sparse: importSparse(proto, undefined) };
}

/** A sequence from its message; `element` is the declared type of its elements where the caller knows one. */
export function importSequence(proto: SequenceProto, element?: ValueType): RuntimeSequence {
  const inner = element?.kind === "sequence" || element?.kind === "optional" ? element.element : undefined;
  const items: RuntimeValue[] = [
    ...(proto.tensorValues ?? []).map((tensor) => importTensor(tensor, undefined)),
    ...(proto.sparseTensorValues ?? []).map(importSparseValue),
    ...(proto.sequenceValues ?? []).map((sequence) => importSequence(sequence, inner)),
    ...(proto.mapValues ?? []).map(importMap),
    ...(proto.optionalValues ?? []).map((optional) => importOptional(optional, inner)),
  ];
  const [first] = items;
  const found = isTensor(first) ? tensorType(first.dtype) : undefined;
  return { kind: "sequence", element: element ?? found, items };
}

/** An optional from its message. */
export function importOptional(proto: OptionalProto, element?: ValueType): RuntimeOptional {
  const inner = element?.kind === "sequence" || element?.kind === "optional" ? element.element : undefined;
  return { kind: "optional", value: optionalContent(proto, inner) };
}

function optionalContent(proto: OptionalProto, inner: ValueType | undefined): RuntimeValue | undefined {
  if (proto.elemType === elementKinds.undefined) return undefined;
  if (proto.tensorValue !== undefined) return importTensor(proto.tensorValue, undefined);
  if (proto.sparseTensorValue !== undefined) return importSparseValue(proto.sparseTensorValue);
  if (proto.sequenceValue !== undefined) return importSequence(proto.sequenceValue, inner);
  if (proto.mapValue !== undefined) return importMap(proto.mapValue);
  if (proto.optionalValue !== undefined) return importOptional(proto.optionalValue, inner);
  return undefined;
}

/** A map from its message; keys and values must be equally many. */
export function importMap(proto: MapProto): RuntimeMap {
  const keyType = dtypeFromCode(proto.keyType ?? 0);
  const values = importSequence(proto.values ?? {}).items;
  const keys = keyType === "string" ? (proto.stringKeys ?? []).map((key) => utf8.decode(key)) : (proto.keys ?? []);
  if (keyType === undefined || keys.length !== values.length)
    fail(
      onnxDiagnostics.badTensor({
        tensor: proto.name ?? "",
        detail: `a map of ${keyType ?? "unknown"} keys holds ${keys.length} keys and ${values.length} values`,
      }),
    );
  return { kind: "map", keyType, entries: new Map(keys.map((key, i) => [key, values[i] as RuntimeValue])) };
}
