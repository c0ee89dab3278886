import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lz4Decode } from "../../src/region/lz4-decode.ts";
import { lz4Encode } from "../../src/region/lz4-encode.ts";

/** Content with repetitions near and far, runs, and noise: what a compressor has to tell apart. */
const contents = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(255), fc.nat(2000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(300))
        .map(([unit, times]) => repeated(unit, times)),
      fc.nat(70_000).map((length) => new Uint8Array(length)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => new Uint8Array(Buffer.concat([...parts, ...parts.slice(0, 4)])));

function repeated(unit: Uint8Array, times: number): Uint8Array {
  return Uint8Array.from({ length: unit.length * times }, (_, i) => unit[i % unit.length] as number);
}

/** Sequences of a block as the format describes them, read without regard to content. */
function sequences(block: Uint8Array): { readonly literals: number; readonly match: number }[] {
  const found = [];
  let at = 0;
  const lengthOf = (bits: number): number => {
    let length = bits;
    if (bits === 15) for (let byte = 255; byte === 255; length += byte) byte = block[at++] as number;
    return length;
  };
  while (at < block.length) {
    const token = block[at++] as number;
    const literals = lengthOf(token >> 4);
    at += literals;
    if (at === block.length) return [...found, { literals, match: 0 }];
    at += 2;
    found.push({ literals, match: lengthOf(token & 15) + 4 });
  }
  throw new Error("the block ends with a match");
}

describe("LZ4 blocks", () => {
  test("hold what was encoded, whatever it was", () => {
    fc.assert(
      fc.property(contents, (content) => {
        const block = lz4Encode(content);
        expect(Buffer.from(lz4Decode(block, content.length)).equals(content)).toBe(true);
        // At worst one token, and a byte more for every 255 literals.
        expect(block.length).toBeLessThanOrEqual(content.length + Math.ceil(content.length / 255) + 1);
      }),
      { numRuns: 300 },
    );
  });

  test("end as the format asks: 5 literals at least, and no match in the last 12 bytes", () => {
    fc.assert(
      fc.property(contents, (content) => {
        const found = sequences(lz4Encode(content));
        const { literals } = found.at(-1) as (typeof found)[number];
        const before = found.at(-2);
        if (before === undefined) return;
        expect(literals).toBeGreaterThanOrEqual(5);
        expect(literals + before.match).toBeGreaterThanOrEqual(12);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ["nothing", "", "00"],
    ["too little for a match", "61".repeat(12), "c0" + "61".repeat(12)],
    ["a run", "61".repeat(32), "1f61010007506161616161"],
    ["a word three times", "0102030405".repeat(4), "5601020304050500500102030405"],
  ])("of known content: %s", (_, content, block) => {
    expect(Buffer.from(lz4Encode(Buffer.from(content, "hex"))).toString("hex")).toBe(block);
    expect(Buffer.from(lz4Decode(Buffer.from(block, "hex"), content.length / 2)).toString("hex")).toBe(content);
  });

  test.each([
    ["an empty block", "", 0, "cut"],
    ["literals that are missing", "30 61", 3, "cut"],
    ["a length that goes on behind the end", "f0 ff", 300, "cut"],
    ["half an offset", "10 61 01", 9, "cut"],
    ["a distance of nothing", "10 61 00 00 50 61 61 61 61 61", 10, "not there"],
    ["a distance to before the content", "10 61 02 00 50 61 61 61 61 61", 10, "not there"],
    ["a match longer than the content", "1f 61 01 00 ff ff 00", 10, "more than"],
    ["more literals than the content", "20 61 61", 1, "more than"],
    ["less than the content", "20 61 61", 3, "less than"],
    ["a match at the end", "10 61 01 00", 5, "cut"],
  ])("are refused: %s", (_, hex, size, message) => {
    expect(() => lz4Decode(Buffer.from(hex.replaceAll(" ", ""), "hex"), size)).toThrow(message);
  });

  test("take time in proportion to their content, even of runs", () => {
    const begin = performance.now();
    // A token, a literal, an offset and 257 bytes of length for each of 64 matches, which are cut at 65,535; 5 literals.
    const content = new Uint8Array(1 << 22);
    const block = lz4Encode(content);
    expect(block.length).toBeLessThan(17_000);
    expect(Buffer.compare(lz4Decode(block, content.length), content)).toBe(0);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
