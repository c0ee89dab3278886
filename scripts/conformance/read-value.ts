import { decodeMessage } from "../../src/onnx/codec/decode-message.ts";
import { importTensor, importSparse } from "../../src/onnx/import/import-tensor.ts";
import type { OptionalProto, SequenceProto } from "../../src/onnx/proto/runtime-value.ts";
import { optionalProto, sequenceProto } from "../../src/onnx/proto/runtime-value.ts";
import { tensorProto } from "../../src/onnx/proto/tensor.ts";
import type { RuntimeValue, ValueType } from "../../src/ir/index.ts";

/** A value of a test data set: TensorProto, SequenceProto or OptionalProto, as the type of the graph's value tells. */
export function readValue(bytes: Uint8Array, type: ValueType | undefined): RuntimeValue {
  if (type?.kind === "sequence") return sequence(decodeMessage(sequenceProto, bytes), type.element);
  if (type?.kind === "optional") return optional(decodeMessage(optionalProto, bytes), type.element);
  return importTensor(decodeMessage(tensorProto, bytes), undefined);
}

function sequence(proto: SequenceProto, element: ValueType | undefined): RuntimeValue {
  const items: RuntimeValue[] = [
    ...(proto.tensorValues ?? []).map((tensor) => importTensor(tensor, undefined)),
    ...(proto.sparseTensorValues ?? []).map(
      (sparse) => ({ kind: "sparse", sparse: importSparse(sparse, undefined) }) as const,
    ),
    ...(proto.sequenceValues ?? []).map((inner) =>
      sequence(inner, element?.kind === "sequence" ? element.element : undefined),
    ),
    ...(proto.optionalValues ?? []).map((inner) =>
      optional(inner, element?.kind === "optional" ? element.element : undefined),
    ),
  ];
  return { kind: "sequence", element, items };
}

function optional(proto: OptionalProto, element: ValueType | undefined): RuntimeValue {
  const inner = element?.kind === "sequence" ? element.element : undefined;
  if (proto.tensorValue !== undefined) return { kind: "optional", value: importTensor(proto.tensorValue, undefined) };
  if (proto.sequenceValue !== undefined) return { kind: "optional", value: sequence(proto.sequenceValue, inner) };
  if (proto.optionalValue !== undefined) return { kind: "optional", value: optional(proto.optionalValue, undefined) };
  return { kind: "optional", value: undefined };
}
