import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { InferOptError } from "../../src/diagnostics/index.ts";
import { decodeMessage } from "../../src/onnx/codec/decode-message.ts";
import { encodeMessage, joinParts } from "../../src/onnx/codec/encode-message.ts";
import type { Message, MessageTable } from "../../src/onnx/codec/message-table.ts";
import { decodeText, encodeText } from "../../src/onnx/codec/text.ts";
import { attributeProto, graphProto } from "../../src/onnx/proto/graph.ts";
import { modelProto } from "../../src/onnx/proto/model.ts";
import { optionalProto, sequenceProto } from "../../src/onnx/proto/runtime-value.ts";
import { tensorProto } from "../../src/onnx/proto/tensor.ts";
import { typeProto } from "../../src/onnx/proto/type.ts";
import { randomFrom, randomMessage } from "./random-message.ts";

function encode<T extends Message>(table: MessageTable<T>, message: T): Uint8Array {
  return joinParts(encodeMessage(table, message));
}

function failure(run: () => unknown): InferOptError {
  try {
    run();
  } catch (error) {
    if (error instanceof InferOptError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("any message survives encoding and decoding", () => {
  const tables: readonly MessageTable[] = [
    modelProto,
    graphProto,
    tensorProto,
    typeProto,
    sequenceProto,
    optionalProto,
  ];
  test.each(tables.map((table) => [table.name, table] as const))("%s", (_, table) => {
    for (let seed = 0; seed < 60; seed++) {
      const message = randomMessage(table, randomFrom(seed), 4);
      const bytes = encode(table, message);
      const decoded = decodeMessage(table, bytes);
      expect(isDeepStrictEqual(decoded, message), `seed ${seed}`).toBe(true);
      expect(Buffer.compare(encode(table, decoded), bytes), `seed ${seed}`).toBe(0);
    }
  });
});

test("bytes fields are views into the input", () => {
  const input = encode(tensorProto, { rawData: new Uint8Array(1000) });
  const { rawData } = decodeMessage(tensorProto, input);
  expect((rawData as Uint8Array).buffer).toBe(input.buffer);
});

test("packed fields may come unpacked, in pieces, and mixed", () => {
  // float_data (4): one unpacked 1.0, then packed 2.0; int64_data (7): unpacked 300, packed [1], unpacked 2.
  const one = [0x25, 0, 0, 0x80, 0x3f];
  const two = [0x22, 4, 0, 0, 0, 0x40];
  const integers = [0x38, 0xac, 0x02, 0x3a, 1, 1, 0x38, 2];
  const proto = decodeMessage(tensorProto, Uint8Array.from([...one, ...two, ...integers]));
  expect(proto.floatData).toEqual(Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40));
  expect(proto.int64Data).toEqual(Uint8Array.of(0xac, 0x02, 1, 2));
});

test("unpacked fields may come packed", () => {
  // AttributeProto.ints (8) packed [1, 2], floats (7) packed [1.0]; TensorProto.dims (1) packed [3, 4].
  const proto = decodeMessage(attributeProto, Uint8Array.of(0x42, 2, 1, 2, 0x3a, 4, 0, 0, 0x80, 0x3f));
  expect(proto).toEqual({ ints: [1n, 2n], floats: [1] });
  expect(decodeMessage(tensorProto, Uint8Array.of(0x0a, 2, 3, 4))).toEqual({ dims: [3n, 4n] });
});

test("a singular message that occurs twice is merged, a oneof keeps the last", () => {
  // ModelProto.graph (7) twice: name "a", then docString "d".
  const merged = decodeMessage(modelProto, Uint8Array.of(0x3a, 3, 0x12, 1, 0x61, 0x3a, 3, 0x52, 1, 0x64));
  expect(merged).toEqual({ graph: { name: "a", docString: "d" } });
  // TypeProto: tensor_type (1), then sequence_type (4).
  expect(decodeMessage(typeProto, Uint8Array.of(0x0a, 2, 0x08, 1, 0x22, 0))).toEqual({ sequenceType: {} });
});

test("a known field of another wire type is kept as unknown", () => {
  const bytes = Uint8Array.of(0x0a, 1, 0x41);
  const proto = decodeMessage(modelProto, bytes);
  // ir_version (1) as bytes.
  expect(proto).toEqual({ unknown: bytes });
  expect(encode(modelProto, proto)).toEqual(bytes);
});

test("text that is not UTF-8 survives", () => {
  for (const bytes of [[0xe9], [0x41, 0xff, 0xfe], [0xe5, 0xb1], [0xf0, 0x9f, 0x98, 0x80, 0x80], [0xed, 0xa0, 0x80]]) {
    const input = Uint8Array.from(bytes);
    expect(encodeText(decodeText(input))).toEqual(input);
  }
  expect(decodeText(Uint8Array.of(0xef, 0xbf, 0xbd))).toBe("\uFFFD");
  expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe("\uFEFFA");
});

describe("malformed input ends in one clean error", () => {
  const nested = (depth: number, tag: number): Uint8Array => {
    let inner = new Uint8Array();
    for (let i = 0; i < depth; i++) {
      const length = [];
      for (let rest = inner.length; ; rest = Math.floor(rest / 128)) {
        length.push(rest >= 128 ? (rest % 128) | 128 : rest);
        if (rest < 128) break;
      }
      inner = Uint8Array.from([tag, ...length, ...inner]);
    }
    return inner;
  };

  test("nesting", () => {
    // OptionalProto.optional_value (7) in itself.
    expect(() => decodeMessage(optionalProto, nested(99, 0x3a))).not.toThrow();
    expect(failure(() => decodeMessage(optionalProto, nested(100, 0x3a))).diagnostic.code).toBe("IO0107");
    expect(failure(() => decodeMessage(optionalProto, nested(3000, 0x3a))).diagnostic.code).toBe("IO0107");
  });

  test("groups without end", () => {
    const error = failure(() => decodeMessage(modelProto, new Uint8Array(100_000).fill(0x0b)));
    expect(error.diagnostic.code).toBe("IO0106");
  });

  test.each([
    ["a length past the end", [0x3a, 0x7f, 0x12], "IO0105"],
    ["a length past the end of the message around", [0x3a, 3, 0x12, 0x7f, 0x61, 0x61, 0x61], "IO0105"],
    ["a cut varint", [0x08, 0x80], "IO0105"],
    ["a varint of eleven bytes", [0x08, ...new Array<number>(11).fill(0xff), 0x01], "IO0106"],
    ["field number 0", [0x00, 0x01], "IO0106"],
    ["an end of group alone", [0x0c], "IO0106"],
    ["wire type 6", [0x0e], "IO0106"],
    ["a length of 4 GiB", [0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f], "IO0106"],
  ])("%s", (_, bytes, code) => {
    const { diagnostic } = failure(() => decodeMessage(modelProto, Uint8Array.from(bytes), "m.onnx"));
    expect(diagnostic.code).toBe(code);
    expect(diagnostic.where.file).toBe("m.onnx");
    expect(diagnostic.where.offset).toBeGreaterThanOrEqual(0);
  });
});
