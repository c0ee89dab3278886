import { decodeMessage } from "../../../src/onnx/codec/decode-message.ts";
import { encodeMessage, joinParts } from "../../../src/onnx/codec/encode-message.ts";
import type { MessageTable, NamedField } from "../../../src/onnx/codec/message-table.ts";
import type { Random } from "../random-message.ts";

type Content = Record<string, unknown>;

interface Place {
  readonly message: Content;
  readonly field: NamedField;
}

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)] as T;
}

/** Every filled field of a message and those inside it. */
function placesIn(table: MessageTable, message: Content, found: Place[] = []): Place[] {
  for (const field of table.ascending) {
    const value = message[field.property];
    if (value === undefined) continue;
    found.push({ message, field });
    if (field.table === undefined) continue;
    const inner = field.table();
    for (const item of field.repeated ? (value as Content[]) : [value as Content]) placesIn(inner, item, found);
  }
  return found;
}

function otherValue(value: unknown, random: Random, names: readonly string[]): unknown {
  switch (typeof value) {
    case "number":
      return pick(random, [0, 1, 2, 7, 8, 16, 22, 99, -1, 2 ** 31 - 1, value + 1]);
    case "bigint":
      return pick(random, [0n, 1n, 2n, -1n, 2n ** 31n, 2n ** 62n, value + 1n, value * 2n]);
    case "string":
      return pick(random, ["", ...names.slice(0, 40), `${value}x`, "\\uDCFF", "ai.onnx", "../../x", "-5"]);
    default:
      return value instanceof Uint8Array ? value.subarray(0, below(random, value.length + 1)) : value;
  }
}

/** Damages what a file says and leaves the wire format whole: what the codec cannot refuse, the import must. */
export function changeContent(file: Uint8Array, table: MessageTable, random: Random): Uint8Array {
  let message: Content;
  try {
    message = decodeMessage(table, file) as Content;
  } catch {
    return file;
  }
  const places = placesIn(table, message);
  const names = places.flatMap(({ message: at, field }) => {
    const value = at[field.property];
    return field.kind === "string" && typeof value === "string" ? [value] : [];
  });
  for (let i = 1 + below(random, 3); i > 0 && places.length > 0; i--) {
    const at = pick(random, places);
    const { field } = at;
    const value = at.message[field.property];
    const action = random();
    if (value === undefined || action < 0.2) Reflect.deleteProperty(at.message, field.property);
    else if (field.repeated) {
      const list = [...(value as unknown[])];
      const index = below(random, list.length);
      if (action < 0.4) list.splice(index, 1);
      else if (action < 0.6) list.push(list[index]);
      else if (action < 0.8) list.reverse();
      else list[index] = otherValue(list[index], random, names);
      if (list.length > 0) at.message[field.property] = list;
    } else {
      const rival = pick(random, places);
      const swaps = rival.field.kind === field.kind && rival.field.table === undefined && !rival.field.repeated;
      at.message[field.property] =
        action < 0.6 && swaps && field.table === undefined
          ? (rival.message[rival.field.property] ?? value)
          : otherValue(value, random, names);
    }
  }
  return joinParts(encodeMessage(table, message));
}
