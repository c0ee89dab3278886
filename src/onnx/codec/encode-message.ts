import protobuf from "protobufjs/minimal.js";
import { bitsOfBigint, varintLength } from "./int64.ts";
import type { ByteSource, Bytes, Message, MessageTable, NamedField } from "./message-table.ts";
import { encodeText, holdsEscapes } from "./text.ts";

/** Payloads from this size on are handed through as they are instead of being copied into the output's small parts. */
const copyLimit = 1 << 14;
/** Sources are read in blocks of this many bytes. */
export const blockBytes = 1 << 22;

const varint = 0;
const delimited = 2;
const fixed32 = 5;

type Content = Readonly<Record<string, unknown>>;

/** An encoded message as parts in order; large payloads are the very objects the message holds. */
export interface EncodedMessage {
  readonly byteLength: number;
  readonly parts: readonly Bytes[];
}

/** Encodes a message, known fields in ascending order, unknown ones after them, without copying large payloads. */
export function encodeMessage<T extends Message>(table: MessageTable<T>, message: T): EncodedMessage {
  const sizes: Sizes = new Map();
  const byteLength = measure(table, message as Content, sizes);
  const encoder = new Encoder(sizes);
  encoder.message(table, message as Content);
  return { byteLength, parts: encoder.finish() };
}

/** The encoded message in one array. */
export function joinParts(encoded: EncodedMessage): Uint8Array {
  const all = new Uint8Array(encoded.byteLength);
  let at = 0;
  for (const block of blocksOf(encoded)) {
    all.set(block, at);
    at += block.byteLength;
  }
  return all;
}

/** The encoded message as blocks of at most a few megabytes, sources read one block at a time. */
export function* blocksOf(encoded: EncodedMessage): Iterable<Uint8Array> {
  for (const part of encoded.parts)
    for (let at = 0; at < part.byteLength; at += blockBytes) {
      const length = Math.min(blockBytes, part.byteLength - at);
      yield part instanceof Uint8Array ? part.subarray(at, at + length) : part.read(at, length);
    }
}

/** Encoded length of each nested message. */
type Sizes = Map<object, number>;

function lengthOfLength(length: number): number {
  let bytes = 1;
  for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

function textLength(text: string): number {
  return holdsEscapes(text) ? encodeText(text).length : Buffer.byteLength(text);
}

function measure(table: MessageTable, content: Content, sizes: Sizes): number {
  let size = (content["unknown"] as Uint8Array | undefined)?.byteLength ?? 0;
  for (const field of table.ascending) {
    const value = content[field.property];
    if (value === undefined) continue;
    const tag = field.number < 16 ? 1 : 2;
    if (!field.repeated) size += measureOne(field, value, tag, sizes);
    else for (const item of value as readonly unknown[]) size += measureOne(field, item, tag, sizes);
  }
  sizes.set(content, size);
  return size;
}

function measureOne(field: NamedField, value: unknown, tag: number, sizes: Sizes): number {
  switch (field.kind) {
    case "int32":
      return tag + ((value as number) < 0 ? 10 : lengthOfLength(value as number));
    case "int64":
      return tag + varintLength(value as bigint);
    case "float":
      return tag + 4;
    case "string": {
      const length = textLength(value as string);
      return tag + lengthOfLength(length) + length;
    }
    case "message": {
      const inner = (field.table as () => MessageTable)();
      const length = measure(inner, value as Content, sizes);
      return tag + lengthOfLength(length) + length;
    }
    default: {
      const length = (value as Bytes).byteLength;
      return length === 0 && field.kind !== "bytes" ? 0 : tag + lengthOfLength(length) + length;
    }
  }
}

class Encoder {
  readonly #sizes: Sizes;
  readonly #parts: Bytes[] = [];
  #writer = protobuf.Writer.create();

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
  }

  finish(): readonly Bytes[] {
    this.#flush();
    return this.#parts;
  }

  message(table: MessageTable, content: Content): void {
    for (const field of table.ascending) {
      const value = content[field.property];
      if (value === undefined) continue;
      if (!field.repeated) this.#one(field, value);
      else for (const item of value as readonly unknown[]) this.#one(field, item);
    }
    const unknown = content["unknown"] as Uint8Array | undefined;
    if (unknown !== undefined) this.#payload(unknown);
  }

  #one(field: NamedField, value: unknown): void {
    const writer = this.#writer;
    switch (field.kind) {
      case "int32":
        this.#tag(field, varint).int32(value as number);
        return;
      case "int64":
        this.#tag(field, varint).int64(bitsOfBigint(value as bigint) as protobuf.Long);
        return;
      case "float":
        this.#tag(field, fixed32).float(value as number);
        return;
      case "string": {
        const text = value as string;
        this.#tag(field, delimited);
        if (holdsEscapes(text)) writer.bytes(encodeText(text));
        else writer.string(text);
        return;
      }
      case "message":
        this.#tag(field, delimited).uint32(this.#sizes.get(value as object) as number);
        this.message((field.table as () => MessageTable)(), value as Content);
        return;
      default: {
        const bytes = value as Bytes;
        if (bytes.byteLength === 0 && field.kind !== "bytes") return;
        this.#tag(field, delimited).uint32(bytes.byteLength);
        this.#payload(bytes);
      }
    }
  }

  #tag(field: NamedField, wireType: number): protobuf.Writer {
    return this.#writer.uint32((field.number << 3) | wireType);
  }

  #payload(bytes: Bytes): void {
    if (bytes.byteLength === 0) return;
    if (bytes instanceof Uint8Array && bytes.byteLength < copyLimit) this.#writer.raw(bytes);
    else {
      this.#flush();
      this.#parts.push(bytes);
    }
  }

  #flush(): void {
    if (this.#writer.pos > 0) this.#parts.push(this.#writer.finish());
    this.#writer = protobuf.Writer.create();
  }
}

/** A source over bytes in memory; what is one already is returned as it is. */
export function sourceOf(bytes: Bytes): ByteSource {
  if (!(bytes instanceof Uint8Array)) return bytes;
  return { byteLength: bytes.byteLength, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
