import type { RuntimeOptional, RuntimeSequence, RuntimeValue, Tensor, ValueType } from "../../ir/index.ts";
import { isTensor } from "../../ir/index.ts";
import { decodeMessage } from "../codec/decode-message.ts";
import { encodeMessage, joinParts } from "../codec/encode-message.ts";
import { exportMap, exportOptional, exportSequence } from "../export/export-value.ts";
import { exportSparse, exportTensor } from "../export/export-tensor.ts";
import { importMap, importOptional, importSequence } from "../import/import-value.ts";
import { importSparse, importTensor } from "../import/import-tensor.ts";
import { mapProto, optionalProto, sequenceProto } from "../proto/runtime-value.ts";
import { sparseTensorProto, tensorProto } from "../proto/tensor.ts";

/*
 * Files of one value, as in test_data_set_N/input_K.pb. What kind of message a file holds is not written in it: it is
 * that of the declared type of the graph input or output.
 */

/** Reads a TensorProto. */
export function readTensorFile(bytes: Uint8Array, file?: string): Tensor {
  return importTensor(decodeMessage(tensorProto, bytes, file), undefined);
}

/** Reads a SequenceProto; `element` is the declared type of its elements. */
export function readSequenceFile(bytes: Uint8Array, element?: ValueType, file?: string): RuntimeSequence {
  return importSequence(decodeMessage(sequenceProto, bytes, file), element);
}

/** Reads an OptionalProto; `element` is the declared type of its content. */
export function readOptionalFile(bytes: Uint8Array, element?: ValueType, file?: string): RuntimeOptional {
  return importOptional(decodeMessage(optionalProto, bytes, file), element);
}

/** Reads a file that holds a value of the given type. */
export function readValueFile(bytes: Uint8Array, type: ValueType | undefined, file?: string): RuntimeValue {
  switch (type?.kind) {
    case "sequence":
      return readSequenceFile(bytes, type.element, file);
    case "optional":
      return readOptionalFile(bytes, type.element, file);
    case "map":
      return importMap(decodeMessage(mapProto, bytes, file));
    case "sparse":
      return { kind: "sparse", sparse: importSparse(decodeMessage(sparseTensorProto, bytes, file), undefined) };
    default:
      return readTensorFile(bytes, file);
  }
}

/** The file of one value, with the name of the input or output it belongs to. */
export function encodeValueFile(value: RuntimeValue, name?: string): Uint8Array {
  if (isTensor(value)) return joinParts(encodeMessage(tensorProto, exportTensor(value, name, "inline")));
  switch (value.kind) {
    case "sequence":
      return joinParts(encodeMessage(sequenceProto, exportSequence(value, name)));
    case "optional":
      return joinParts(encodeMessage(optionalProto, exportOptional(value, name)));
    case "map":
      return joinParts(encodeMessage(mapProto, exportMap(value, name)));
    case "sparse":
      return joinParts(encodeMessage(sparseTensorProto, exportSparse(value.sparse)));
  }
}
