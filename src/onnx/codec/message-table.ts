/** What every decoded message may carry besides its own fields. */
export interface Message {
  /** Fields this program does not know, tags included, joined in file order; written back after the known ones. */
  readonly unknown?: Uint8Array;
}

/** Bytes that need not be in memory; a tensor is one. Encoders read it in blocks. */
export interface ByteSource {
  readonly byteLength: number;
  read(offset: number, length: number): Uint8Array;
}

/** A bytes field: a view into the file it was decoded from, or, when a message is built to be written, a source. */
export type Bytes = Uint8Array | ByteSource;

/**
 * How a field stands on the wire. The `packed…` kinds keep their payload as raw bytes: fixed-width payloads then are
 * little-endian arrays as they stand, and varint payloads are decoded only when a tensor is read.
 */
export type FieldKind =
  "int32" | "int64" | "float" | "string" | "bytes" | "message" | "packedVarint" | "packedFixed32" | "packedFixed64";

/** One field of a message. `Value` is the type that the decoded property has. */
export interface Field<Value> {
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Table of a message field; a function because messages refer to each other. */
  readonly table?: () => MessageTable;
  /** Fields that share this label exclude each other; the last one in the file stands. */
  readonly oneof?: string;
  /** Never set; ties the field to the type of its property. */
  readonly value?: Value;
}

/** A field with the name of its property. */
export interface NamedField extends Field<unknown> {
  readonly property: string;
  /** Properties that this field, being in a oneof, takes the place of. */
  readonly replaces: readonly string[];
}

/** The fields of one message type, by number for decoding and ascending for encoding. */
export interface MessageTable<T extends Message = Message> {
  readonly name: string;
  readonly byNumber: readonly (NamedField | undefined)[];
  readonly ascending: readonly NamedField[];
  /** Never set; ties the table to the type of its messages. */
  readonly value?: T;
}

/** One entry for each property of the message, of that property's type. */
export type FieldsOf<T extends Message> = {
  readonly [K in Exclude<keyof T, "unknown">]-?: Field<NonNullable<T[K]>>;
};

/** Builds the table of a message type. */
export function messageTable<T extends Message>(name: string, fields: FieldsOf<T>): MessageTable<T> {
  const entries = Object.entries<Field<unknown>>(fields);
  const ascending = entries
    .map(([property, field]): NamedField => {
      const rivals = entries.filter(([name, other]) => name !== property && other.oneof !== undefined);
      const replaces = rivals.filter(([, other]) => other.oneof === field.oneof).map(([name]) => name);
      return { ...field, property, replaces };
    })
    .sort((a, b) => a.number - b.number);
  const byNumber: (NamedField | undefined)[] = [];
  for (const field of ascending) byNumber[field.number] = field;
  return { name, byNumber: Array.from(byNumber), ascending };
}

const scalar =
  <Value>(kind: FieldKind) =>
  (number: number): Field<Value> => ({ number, kind, repeated: false });

/** An int32 or enum field. */
export const int32 = scalar<number>("int32");
/** An int64 field. */
export const int64 = scalar<bigint>("int64");
/** A float field. */
export const float = scalar<number>("float");
/** A string field; bytes that are not UTF-8 survive as in `decodeText`. */
export const string = scalar<string>("string");
/** A bytes field that is small and always in memory. */
export const bytes = scalar<Uint8Array>("bytes");
/** A bytes field that may be given as a source when written. */
export const payload = scalar<Bytes>("bytes");
/** A packed repeated int32, int64 or uint64 field, kept as its raw varints. */
export const packedVarint = scalar<Uint8Array>("packedVarint");
/** A packed repeated float field, kept as little-endian bytes. */
export const packedFixed32 = scalar<Bytes>("packedFixed32");
/** A packed repeated double field, kept as little-endian bytes. */
export const packedFixed64 = scalar<Bytes>("packedFixed64");

/** A message field. */
export function message<T extends Message>(number: number, table: () => MessageTable<T>): Field<T> {
  return { number, kind: "message", repeated: false, table };
}

/** The repeated form of a field; an absent property stands for the empty list. */
export function repeated<Value>(field: Field<Value>): Field<readonly Value[]> {
  const { number, kind, table } = field;
  return { number, kind, repeated: true, ...(table === undefined ? {} : { table }) };
}

/** Puts a field into a oneof. */
export function oneof<Value>(label: string, field: Field<Value>): Field<Value> {
  return { ...field, oneof: label };
}
