import type { RuntimeValue, ValueType } from "../../src/ir/index.ts";
import { isTensor } from "../../src/ir/index.ts";
import { readValueFile } from "../../src/onnx/index.ts";

/**
 * A value of a test data set. The cases store an optional sequence as the bare sequence, which reads as an optional of
 * its first tensor: such a file is read again as what the declared type says.
 */
export function readValue(bytes: Uint8Array, type: ValueType | undefined): RuntimeValue {
  const value = readValueFile(bytes, type);
  if (type?.kind !== "optional" || type.element.kind !== "sequence") return value;
  const isBare = !isTensor(value) && value.kind === "optional" && isTensor(value.value);
  return isBare ? { kind: "optional", value: readValueFile(bytes, type.element) } : value;
}
