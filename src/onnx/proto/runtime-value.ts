import type { Message, MessageTable } from "../codec/message-table.ts";
import { bytes, int32, int64, message, messageTable, repeated, string } from "../codec/message-table.ts";
import type { SparseTensorProto, TensorProto } from "./tensor.ts";
import { sparseTensorProto, tensorProto } from "./tensor.ts";

/** Values of `elemType` in SequenceProto and OptionalProto. */
export const elementKinds = { undefined: 0, tensor: 1, sparse: 2, sequence: 3, map: 4, optional: 5 } as const;

/** A sequence; `elemType` says which list holds the elements. */
export interface SequenceProto extends Message {
  readonly name?: string;
  readonly elemType?: number;
  readonly tensorValues?: readonly TensorProto[];
  readonly sparseTensorValues?: readonly SparseTensorProto[];
  readonly sequenceValues?: readonly SequenceProto[];
  readonly mapValues?: readonly MapProto[];
  readonly optionalValues?: readonly OptionalProto[];
}

/** A map; integer keys stand in `keys`, strings in `stringKeys`. */
export interface MapProto extends Message {
  readonly name?: string;
  readonly keyType?: number;
  readonly keys?: readonly bigint[];
  readonly stringKeys?: readonly Uint8Array[];
  readonly values?: SequenceProto;
}

/** A value that may be absent. */
export interface OptionalProto extends Message {
  readonly name?: string;
  readonly elemType?: number;
  readonly tensorValue?: TensorProto;
  readonly sparseTensorValue?: SparseTensorProto;
  readonly sequenceValue?: SequenceProto;
  readonly mapValue?: MapProto;
  readonly optionalValue?: OptionalProto;
}

/** Fields of SequenceProto. */
export const sequenceProto: MessageTable<SequenceProto> = messageTable("SequenceProto", {
  name: string(1),
  elemType: int32(2),
  tensorValues: repeated(message(3, () => tensorProto)),
  sparseTensorValues: repeated(message(4, () => sparseTensorProto)),
  sequenceValues: repeated(message(5, () => sequenceProto)),
  mapValues: repeated(message(6, () => mapProto)),
  optionalValues: repeated(message(7, () => optionalProto)),
});

/** Fields of MapProto. */
export const mapProto: MessageTable<MapProto> = messageTable("MapProto", {
  name: string(1),
  keyType: int32(2),
  keys: repeated(int64(3)),
  stringKeys: repeated(bytes(4)),
  values: message(5, () => sequenceProto),
});

/** Fields of OptionalProto. */
export const optionalProto: MessageTable<OptionalProto> = messageTable("OptionalProto", {
  name: string(1),
  elemType: int32(2),
  tensorValue: message(3, () => tensorProto),
  sparseTensorValue: message(4, () => sparseTensorProto),
  sequenceValue: message(5, () => sequenceProto),
  mapValue: message(6, () => mapProto),
  optionalValue: message(7, () => optionalProto),
});
