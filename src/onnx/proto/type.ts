import type { Message, MessageTable } from "../codec/message-table.ts";
import { int32, int64, message, messageTable, oneof, repeated, string } from "../codec/message-table.ts";

/** One dimension: a size, a name, or neither. */
export interface DimensionProto extends Message {
  readonly dimValue?: bigint;
  readonly dimParam?: string;
  readonly denotation?: string;
}

/** A shape; no `dim` means rank 0. */
export interface TensorShapeProto extends Message {
  readonly dim?: readonly DimensionProto[];
}

/** Element type and shape of a dense or sparse tensor; no `shape` means an unknown rank. */
export interface TensorTypeProto extends Message {
  readonly elemType?: number;
  readonly shape?: TensorShapeProto;
}

/** Element type of a sequence or optional. */
export interface ElementTypeProto extends Message {
  readonly elemType?: TypeProto;
}

/** Key and value type of a map. */
export interface MapTypeProto extends Message {
  readonly keyType?: number;
  readonly valueType?: TypeProto;
}

/** A type of a custom domain. */
export interface OpaqueTypeProto extends Message {
  readonly domain?: string;
  readonly name?: string;
}

/** The type of a value: exactly one of the six kinds. */
export interface TypeProto extends Message {
  readonly tensorType?: TensorTypeProto;
  readonly sequenceType?: ElementTypeProto;
  readonly mapType?: MapTypeProto;
  readonly denotation?: string;
  readonly opaqueType?: OpaqueTypeProto;
  readonly sparseTensorType?: TensorTypeProto;
  readonly optionalType?: ElementTypeProto;
}

const dimension: MessageTable<DimensionProto> = messageTable("TensorShapeProto.Dimension", {
  dimValue: oneof("value", int64(1)),
  dimParam: oneof("value", string(2)),
  denotation: string(3),
});

const shape: MessageTable<TensorShapeProto> = messageTable("TensorShapeProto", {
  dim: repeated(message(1, () => dimension)),
});

const tensorType: MessageTable<TensorTypeProto> = messageTable("TypeProto.Tensor", {
  elemType: int32(1),
  shape: message(2, () => shape),
});

const elementType: MessageTable<ElementTypeProto> = messageTable("TypeProto.Sequence", {
  elemType: message(1, () => typeProto),
});

const mapType: MessageTable<MapTypeProto> = messageTable("TypeProto.Map", {
  keyType: int32(1),
  valueType: message(2, () => typeProto),
});

const opaqueType: MessageTable<OpaqueTypeProto> = messageTable("TypeProto.Opaque", {
  domain: string(1),
  name: string(2),
});

/** Fields of TypeProto. */
export const typeProto: MessageTable<TypeProto> = messageTable("TypeProto", {
  tensorType: oneof(
    "value",
    message(1, () => tensorType),
  ),
  sequenceType: oneof(
    "value",
    message(4, () => elementType),
  ),
  mapType: oneof(
    "value",
    message(5, () => mapType),
  ),
  denotation: string(6),
  opaqueType: oneof(
    "value",
    message(7, () => opaqueType),
  ),
  sparseTensorType: oneof(
    "value",
    message(8, () => tensorType),
  ),
  optionalType: oneof(
    "value",
    message(9, () => elementType),
  ),
});
