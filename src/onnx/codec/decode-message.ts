import protobuf from "protobufjs/minimal.js";
import { InferOptError, fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import { bigintOfBits } from "./int64.ts";
import type { Message, MessageTable, NamedField } from "./message-table.ts";
import { decodeText } from "./text.ts";

/** Messages nested deeper than this are refused, as by the protobuf libraries of other languages. */
const maxDepth = 100;
/** More messages and strings than this in one file are refused before they fill the memory. */
const maxParts = 32_000_000;

const varint = 0;
const fixed64 = 1;
const delimited = 2;
const fixed32 = 5;

type Target = Record<string, unknown>;

/**
 * Decodes one message. Bytes fields are views into `bytes`, nothing large is copied. Malformed, cut off or too deeply
 * nested input throws InferOptError with the byte offset; time and memory are linear in the input.
 */
export function decodeMessage<T extends Message>(table: MessageTable<T>, bytes: Uint8Array, file?: string): T {
  const decoder = new Decoder(bytes, file);
  return decoder.decode(table) as T;
}

class Decoder {
  readonly #reader: protobuf.Reader;
  readonly #bytes: Uint8Array;
  readonly #file: string | undefined;
  #parts = 0;

  constructor(bytes: Uint8Array, file: string | undefined) {
    // A Buffer would make every bytes field a Buffer too.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#reader = protobuf.Reader.create(this.#bytes);
    this.#file = file;
  }

  decode(table: MessageTable): Message {
    const target: Target = {};
    try {
      this.#message(table, target, this.#bytes.length, 1);
    } catch (error) {
      if (error instanceof InferOptError || error instanceof TypeError) throw error;
      const where = { file: this.#file, offset: this.#reader.pos };
      const detail = error instanceof Error ? error.message : String(error);
      if (error instanceof RangeError) fail(onnxDiagnostics.truncated({ message: table.name }, where), error);
      fail(onnxDiagnostics.malformed({ message: table.name, detail }, where), error);
    }
    return target;
  }

  #message(table: MessageTable, target: Target, end: number, depth: number): void {
    const reader = this.#reader;
    if (depth > maxDepth)
      fail(onnxDiagnostics.nestedTooDeep({ limit: maxDepth }, { file: this.#file, offset: reader.pos }));
    this.#count();
    const outer = reader.len;
    reader.len = end;
    const pieces = new Pieces(this.#bytes);
    while (reader.pos < end) {
      const start = reader.pos;
      const tag = reader.tag();
      const number = tag >>> 3;
      const wireType = tag & 7;
      const field = table.byNumber[number];
      if (field !== undefined && this.#field(field, wireType, target, pieces, depth)) continue;
      reader.skipType(wireType, depth, number);
      pieces.add("unknown", start, reader.pos);
    }
    pieces.join(target);
    reader.len = outer;
  }

  /** Reads a known field; false when its wire type is none of the field's, which makes it an unknown one. */
  #field(field: NamedField, wireType: number, target: Target, pieces: Pieces, depth: number): boolean {
    switch (field.kind) {
      case "message":
        if (wireType !== delimited) return false;
        this.#nested(field, target, depth);
        return true;
      case "string":
      case "bytes":
        if (wireType !== delimited) return false;
        this.#set(field, target, field.kind === "string" ? this.#string() : this.#view());
        return true;
      case "int32":
      case "int64":
      case "float":
        return this.#scalar(field, wireType, target);
      case "packedVarint":
        return this.#packed(field, wireType, varint, pieces);
      case "packedFixed32":
        return this.#packed(field, wireType, fixed32, pieces);
      case "packedFixed64":
        return this.#packed(field, wireType, fixed64, pieces);
    }
  }

  #nested(field: NamedField, target: Target, depth: number): void {
    const reader = this.#reader;
    const end = this.#end();
    const table = (field.table as () => MessageTable)();
    // A singular message that occurs twice is merged, as protobuf asks.
    const present = field.repeated ? undefined : (target[field.property] as Target | undefined);
    const inner = present ?? {};
    this.#message(table, inner, end, depth + 1);
    reader.pos = end;
    if (present === undefined) this.#set(field, target, inner);
  }

  #scalar(field: NamedField, wireType: number, target: Target): boolean {
    if (wireType === (field.kind === "float" ? fixed32 : varint)) {
      this.#set(field, target, this.#number(field));
      return true;
    }
    if (!field.repeated || wireType !== delimited) return false;
    const reader = this.#reader;
    const end = this.#end();
    const outer = reader.len;
    reader.len = end;
    while (reader.pos < end) this.#set(field, target, this.#number(field));
    reader.len = outer;
    return true;
  }

  #number(field: NamedField): number | bigint {
    const reader = this.#reader;
    if (field.kind === "float") return reader.float();
    if (field.kind === "int32") return reader.int32();
    const { low, high } = reader.int64();
    return bigintOfBits(low, high);
  }

  #packed(field: NamedField, wireType: number, element: number, pieces: Pieces): boolean {
    const reader = this.#reader;
    let start = reader.pos;
    if (wireType === element) reader.skipType(wireType);
    else if (wireType === delimited) {
      const end = this.#end();
      start = reader.pos;
      const width = element === fixed32 ? 4 : element === fixed64 ? 8 : 1;
      if ((end - start) % width !== 0)
        throw new Error(`packed field of ${end - start} bytes holds parts of an element`);
      if (element === varint && end > start && (this.#bytes[end - 1] as number) >= 0x80)
        throw new Error("the last element of a packed field is cut off");
      reader.pos = end;
    } else return false;
    pieces.add(field.property, start, reader.pos);
    return true;
  }

  #set(field: NamedField, target: Target, value: unknown): void {
    if (field.repeated) {
      const list = target[field.property] as unknown[] | undefined;
      if (list === undefined) target[field.property] = [value];
      else list.push(value);
      return;
    }
    for (const rival of field.replaces) delete target[rival];
    target[field.property] = value;
  }

  #end(): number {
    const reader = this.#reader;
    const length = reader.size();
    const end = reader.pos + length;
    if (end > reader.len) throw new RangeError("length past the end");
    return end;
  }

  #view(): Uint8Array {
    this.#count();
    const end = this.#end();
    const view = this.#bytes.subarray(this.#reader.pos, end);
    this.#reader.pos = end;
    return view;
  }

  #string(): string {
    this.#count();
    const start = this.#reader.pos;
    const text = this.#reader.string();
    if (!text.includes("\uFFFD")) return text;
    const end = this.#reader.pos;
    this.#reader.pos = start;
    const length = this.#reader.size();
    return decodeText(this.#bytes.subarray(end - length, (this.#reader.pos = end)));
  }

  #count(): void {
    if (++this.#parts > maxParts)
      fail(onnxDiagnostics.tooManyParts({ limit: maxParts }, { file: this.#file, offset: this.#reader.pos }));
  }
}

/** Stretches of the input that belong to one property, joined without a copy where they are adjacent. */
class Pieces {
  readonly #bytes: Uint8Array;
  #stretches: Map<string, [start: number, end: number][]> | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  add(property: string, start: number, end: number): void {
    if (end === start) return;
    this.#stretches ??= new Map();
    const list = this.#stretches.get(property);
    const last = list?.at(-1);
    if (list === undefined) this.#stretches.set(property, [[start, end]]);
    else if (last !== undefined && last[1] === start) last[1] = end;
    else list.push([start, end]);
  }
  join(target: Target): void {
    if (this.#stretches === undefined) return;
    for (const [property, list] of this.#stretches) {
      const earlier = target[property] as Uint8Array | undefined;
      const views = list.map(([start, end]) => this.#bytes.subarray(start, end));
      if (earlier !== undefined) views.unshift(earlier);
      target[property] = views.length === 1 ? views[0] : concat(views);
    }
  }
}

function concat(views: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(views.reduce((sum, view) => sum + view.length, 0));
  let at = 0;
  for (const view of views) {
    all.set(view, at);
    at += view.length;
  }
  return all;
}
