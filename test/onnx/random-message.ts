import type { MessageTable, NamedField } from "../../src/onnx/codec/message-table.ts";

/** A seeded source of numbers in [0, 1). */
export type Random = () => number;

/** Numbers from a seed (a 32-bit multiply-and-xorshift generator). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  };
}

const texts = ["", "x", "conv1/weights", "größe", "層", "😀", "caf\uDCE9", "a".repeat(300)];
const integers = [0n, 1n, 127n, 128n, 300n, 2n ** 31n, 2n ** 53n + 1n, 2n ** 63n - 1n, -1n, -(2n ** 63n)];

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

function randomValue(field: NamedField, random: Random, depth: number): unknown {
  switch (field.kind) {
    case "int32":
      return pick(random, [0, 1, 7, 255, 2 ** 31 - 1, -1, -(2 ** 31)]);
    case "int64":
      return pick(random, integers);
    case "float":
      return pick(random, [0, -0, 1.5, Math.fround(0.1), Infinity, NaN]);
    case "string":
      return pick(random, texts);
    case "bytes":
      return randomBytes(random, random() < 0.002 ? 20_000 : pick(random, [0, 1, 5, 200]));
    case "packedVarint":
      return Uint8Array.of(1, 0x80, 0x01, 0xff, 0xff, 0x7f);
    case "packedFixed32":
      return randomBytes(random, 12);
    case "packedFixed64":
      return randomBytes(random, 16);
    case "message":
      return randomMessage((field.table as () => MessageTable)(), random, depth - 1);
  }
}

/** A message with random content in about half of its fields (fewer as it gets deep), as a decoder would give it. */
export function randomMessage(table: MessageTable, random: Random, depth: number): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of table.ascending) {
    if (field.kind === "message" ? random() * 5 > depth : random() < 0.5) continue;
    if (field.replaces.some((rival) => rival in message)) continue;
    const count = random() < 0.8 ? 1 : 2;
    message[field.property] = field.repeated
      ? Array.from({ length: count }, () => randomValue(field, random, depth))
      : randomValue(field, random, depth);
  }
  // Field 1000, wire types varint and group: no message of ONNX has it.
  if (random() < 0.2) message["unknown"] = Uint8Array.of(0xc0, 0x3e, 0x2a, 0xc3, 0x3e, 0x08, 0x01, 0xc4, 0x3e);
  return message;
}
