import type { MessageTable } from "../../../src/onnx/codec/message-table.ts";
import type { Random } from "../random-message.ts";
import { changeContent } from "./change-content.ts";

/** A length-delimited field found in a file: where its tag, length and content stand. */
interface Stretch {
  readonly tag: number;
  readonly length: number;
  readonly content: number;
  readonly end: number;
  readonly depth: number;
}

/** One way to damage a file. */
export interface Mutation {
  readonly name: string;
  apply(file: Uint8Array, table: MessageTable, random: Random): Uint8Array;
}

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

function splice(file: Uint8Array, start: number, end: number, insert: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(file.length - (end - start) + insert.length);
  out.set(file.subarray(0, start));
  out.set(Array.isArray(insert) ? Uint8Array.from(insert) : insert, start);
  out.set(file.subarray(end), start + insert.length);
  return out;
}

/** Reads a varint; position after it and its value. */
function readVarint(file: Uint8Array, at: number): readonly [next: number, value: number] {
  let value = 0;
  let scale = 1;
  let position = at;
  for (; position < file.length; position++) {
    const byte = file[position] as number;
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) break;
  }
  return [position + 1, value];
}

/** The length-delimited fields of a file, as far as they can be followed, messages descended into. */
function stretchesOf(file: Uint8Array, table: MessageTable): readonly Stretch[] {
  const found: Stretch[] = [];
  const walk = (inner: MessageTable, start: number, end: number, depth: number): void => {
    let at = start;
    while (at < end && depth < 100) {
      const tag = at;
      const [length, key] = readVarint(file, at);
      const wireType = key & 7;
      at = length;
      if (wireType === 0) [at] = readVarint(file, at);
      else if (wireType === 1) at += 8;
      else if (wireType === 5) at += 4;
      else if (wireType === 2) {
        const [content, size] = readVarint(file, length);
        at = Math.min(content + size, file.length);
        found.push({ tag, length, content, end: at, depth });
        const field = inner.byNumber[Math.floor(key / 8)];
        if (field?.table !== undefined) walk(field.table(), content, at, depth + 1);
      } else return;
    }
  };
  walk(table, 0, file.length, 0);
  return found;
}

/** Any place, or (as often) one near the start of a random field, where structure is. */
function place(file: Uint8Array, table: MessageTable, random: Random): number {
  if (random() < 0.5) return below(random, file.length);
  const stretches = stretchesOf(file, table);
  const stretch = stretches[below(random, stretches.length)];
  return stretch === undefined ? 0 : Math.min(file.length - 1, stretch.tag + below(random, 4));
}

function anyStretch(file: Uint8Array, table: MessageTable, random: Random): Stretch {
  const stretches = stretchesOf(file, table);
  return stretches[below(random, stretches.length)] ?? { tag: 0, length: 0, content: 0, end: file.length, depth: 0 };
}

/** `depth` messages in each other, by turns with the given tags. */
function nest(tags: readonly number[], depth: number): Uint8Array {
  // Built from the inside out; lengths first, so that the whole is written once.
  const heads: number[][] = [];
  let size = 0;
  for (let i = depth - 1; i >= 0; i--) {
    const head = [tags[i % tags.length] as number, ...varint(size)];
    heads.push(head);
    size += head.length;
  }
  return Uint8Array.from(heads.reverse().flat());
}

/** The ways in which files are damaged. */
export const mutations: readonly Mutation[] = [
  { name: "changed content", apply: changeContent },
  { name: "changed content", apply: changeContent },
  { name: "changed content", apply: changeContent },
  {
    name: "bit flips",
    apply(file, table, random) {
      const out = file.slice();
      for (let i = 1 + below(random, 16); i > 0; i--) {
        const at = place(file, table, random);
        out[at] = (out[at] as number) ^ (1 << below(random, 8));
      }
      return out;
    },
  },
  {
    name: "truncation",
    apply: (file, table, random) =>
      file.slice(0, random() < 0.5 ? below(random, file.length) : place(file, table, random)),
  },
  {
    name: "lying length",
    apply(file, table, random) {
      const { length, content, end } = anyStretch(file, table, random);
      const lies = [
        0,
        end - content + 1,
        Math.max(0, end - content - 1),
        2 ** 31 - 1,
        2 ** 32 - 1,
        2 ** 35,
        below(random, 2 ** 20),
      ];
      return splice(file, length, content, varint(lies[below(random, lies.length)] as number));
    },
  },
  {
    name: "deep nesting",
    apply(file, table, random) {
      // ModelProto.graph, then node, attribute, g by turns; or a type in a type; or groups.
      const shapes = [[0x3a, 0x0a, 0x2a, 0x32], [0x3a, 0x6a, 0x12, 0x22, 0x0a], [0x0b]];
      const tags = shapes[below(random, shapes.length)] as number[];
      const depth = 1 + below(random, random() < 0.5 ? 130 : 20_000);
      const insert = tags.length === 1 ? new Uint8Array(depth).fill(0x0b) : nest(tags, depth);
      const at = random() < 0.5 ? file.length : anyStretch(file, table, random).tag;
      return splice(file, at, at, insert);
    },
  },
  {
    name: "random bytes",
    apply(file, table, random) {
      const at = place(file, table, random);
      const insert = Uint8Array.from({ length: 1 + below(random, 40) }, () => below(random, 256));
      return splice(file, at, Math.min(file.length, at + below(random, 40)), insert);
    },
  },
  {
    name: "field removed or repeated",
    apply(file, table, random) {
      const { tag, end } = anyStretch(file, table, random);
      const copies = below(random, 4);
      const field = file.subarray(tag, end);
      const insert = new Uint8Array(field.length * copies);
      for (let i = 0; i < copies; i++) insert.set(field, i * field.length);
      return splice(file, tag, end, insert);
    },
  },
  {
    name: "field swapped for another",
    apply(file, table, random) {
      const to = anyStretch(file, table, random);
      const from = anyStretch(file, table, random);
      return splice(file, to.content, to.end, file.subarray(from.content, from.end));
    },
  },
  {
    name: "endless varint",
    apply(file, table, random) {
      const at = place(file, table, random);
      return splice(file, at, at, new Uint8Array(1 + below(random, 30)).fill(0xff));
    },
  },
  {
    name: "many empty parts",
    apply(file, table, random) {
      // GraphProto.node and AttributeProto.ints take two and one byte an element.
      const body = new Uint8Array(2 * (1 + below(random, 50_000)));
      for (let i = 0; i < body.length; i += 2) body[i] = random() < 0.5 ? 0x0a : 0x12;
      const { content, end, length } = anyStretch(file, table, random);
      return splice(splice(file, content, end, body), length, content, varint(body.length));
    },
  },
];
