import type { Bytes, Message, MessageTable } from "../codec/message-table.ts";
import {
  bytes,
  int32,
  int64,
  message,
  messageTable,
  packedFixed32,
  packedFixed64,
  packedVarint,
  payload,
  repeated,
  string,
} from "../codec/message-table.ts";

/** One entry of a string map. */
export interface StringStringEntryProto extends Message {
  readonly key?: string;
  readonly value?: string;
}

/** The part of a tensor that a message holds, for tensors split over several. */
export interface SegmentProto extends Message {
  readonly begin?: bigint;
  readonly end?: bigint;
}

/** Values of `TensorProto.dataLocation`. */
export const dataLocations = { default: 0, external: 1 } as const;

/** A tensor. Packed fields hold their payload as it stands in the file (see `FieldKind`). */
export interface TensorProto extends Message {
  readonly dims?: readonly bigint[];
  readonly dataType?: number;
  readonly segment?: SegmentProto;
  readonly floatData?: Bytes;
  readonly int32Data?: Uint8Array;
  readonly stringData?: readonly Uint8Array[];
  readonly int64Data?: Uint8Array;
  readonly name?: string;
  readonly rawData?: Bytes;
  readonly doubleData?: Bytes;
  readonly uint64Data?: Uint8Array;
  readonly docString?: string;
  readonly externalData?: readonly StringStringEntryProto[];
  readonly dataLocation?: number;
  readonly metadataProps?: readonly StringStringEntryProto[];
}

/** A sparse tensor; its name is that of `values`. */
export interface SparseTensorProto extends Message {
  readonly values?: TensorProto;
  readonly indices?: TensorProto;
  readonly dims?: readonly bigint[];
}

/** Fields of StringStringEntryProto. */
export const stringStringEntryProto: MessageTable<StringStringEntryProto> = messageTable("StringStringEntryProto", {
  key: string(1),
  value: string(2),
});

const segmentProto: MessageTable<SegmentProto> = messageTable("TensorProto.Segment", {
  begin: int64(1),
  end: int64(2),
});

/** Fields of TensorProto. */
export const tensorProto: MessageTable<TensorProto> = messageTable("TensorProto", {
  dims: repeated(int64(1)),
  dataType: int32(2),
  segment: message(3, () => segmentProto),
  floatData: packedFixed32(4),
  int32Data: packedVarint(5),
  stringData: repeated(bytes(6)),
  int64Data: packedVarint(7),
  name: string(8),
  rawData: payload(9),
  doubleData: packedFixed64(10),
  uint64Data: packedVarint(11),
  docString: string(12),
  externalData: repeated(message(13, () => stringStringEntryProto)),
  dataLocation: int32(14),
  metadataProps: repeated(message(16, () => stringStringEntryProto)),
});

/** Fields of SparseTensorProto. */
export const sparseTensorProto: MessageTable<SparseTensorProto> = messageTable("SparseTensorProto", {
  values: message(1, () => tensorProto),
  indices: message(2, () => tensorProto),
  dims: repeated(int64(3)),
});
