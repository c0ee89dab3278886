import type {
  RuntimeMap,
  RuntimeOptional,
  RuntimeSequence,
  RuntimeSparse,
  RuntimeValue,
  ValueType,
} from "../../ir/index.ts";
import { dtypes, isTensor } from "../../ir/index.ts";
import { encodeText } from "../codec/text.ts";
import { defined } from "../proto/defined.ts";
import type { MapProto, OptionalProto, SequenceProto } from "../proto/runtime-value.ts";
import { elementKinds } from "../proto/runtime-value.ts";
import { exportSparse, exportTensor } from "./export-tensor.ts";

type Kind = keyof typeof elementKinds;

function kindOf(value: RuntimeValue | undefined): Kind {
  if (value === undefined) return "undefined";
  return isTensor(value) ? "tensor" : value.kind;
}

/** Elements of one kind; sequences are homogeneous. */
function only<K extends RuntimeValue>(items: readonly RuntimeValue[], is: (value: RuntimeValue) => value is K): K[] {
  return items.filter(is);
}

const isSequence = (value: RuntimeValue): value is RuntimeSequence => kindOf(value) === "sequence";
const isMap = (value: RuntimeValue): value is RuntimeMap => kindOf(value) === "map";
const isOptional = (value: RuntimeValue): value is RuntimeOptional => kindOf(value) === "optional";
const isSparse = (value: RuntimeValue): value is RuntimeSparse => kindOf(value) === "sparse";

function elementKind({ items, element }: RuntimeSequence): Kind {
  if (items.length > 0) return kindOf(items[0]);
  const declared: ValueType["kind"] | undefined = element?.kind;
  return declared === undefined || declared === "opaque" ? "undefined" : declared;
}

/** The message of a sequence. */
export function exportSequence(sequence: RuntimeSequence, name: string | undefined): SequenceProto {
  const { items } = sequence;
  return defined<SequenceProto>({
    name,
    elemType: elementKinds[elementKind(sequence)],
    tensorValues: only(items, isTensor).map((tensor) => exportTensor(tensor, undefined, "inline")),
    sparseTensorValues: only(items, isSparse).map(({ sparse }) => exportSparse(sparse)),
    sequenceValues: only(items, isSequence).map((item) => exportSequence(item, undefined)),
    mapValues: only(items, isMap).map((item) => exportMap(item, undefined)),
    optionalValues: only(items, isOptional).map((item) => exportOptional(item, undefined)),
  });
}

/** The message of an optional. */
export function exportOptional({ value }: RuntimeOptional, name: string | undefined): OptionalProto {
  const head: OptionalProto = defined({ name, elemType: elementKinds[kindOf(value)] });
  if (value === undefined) return head;
  if (isTensor(value)) return { ...head, tensorValue: exportTensor(value, undefined, "inline") };
  switch (value.kind) {
    case "sparse":
      return { ...head, sparseTensorValue: exportSparse(value.sparse) };
    case "sequence":
      return { ...head, sequenceValue: exportSequence(value, undefined) };
    case "map":
      return { ...head, mapValue: exportMap(value, undefined) };
    case "optional":
      return { ...head, optionalValue: exportOptional(value, undefined) };
  }
}

/** The message of a map. */
export function exportMap({ keyType, entries }: RuntimeMap, name: string | undefined): MapProto {
  const keys = [...entries.keys()];
  return defined<MapProto>({
    name,
    keyType: dtypes[keyType].code,
    keys: keys.filter((key) => typeof key === "bigint"),
    stringKeys: keys.filter((key) => typeof key === "string").map(encodeText),
    values: exportSequence({ kind: "sequence", element: undefined, items: [...entries.values()] }, undefined),
  });
}
