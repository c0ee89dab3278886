import fc from "fast-check";
import { expect, test } from "vitest";
import { compressProgram, expandProgram } from "../../src/region/compress-program.ts";
import type { DecodedProgram } from "../../src/region/decode-program.ts";
import { decodeProgram } from "../../src/region/decode-program.ts";
import { digestConstants, encodeProgram, featureBits } from "../../src/region/encode-program.ts";
import { programLayout } from "../../src/region/program-layout.ts";
import type { BoundPack, Program } from "../../src/region/program.ts";
import { seal } from "../../src/region/seal.ts";
import { programs } from "./program-samples.ts";

const digest = digestConstants([Uint8Array.of(1, 2, 3)]);

function decoded(bytes: Uint8Array): DecodedProgram {
  const program = decodeProgram(bytes);
  if ("malformed" in program) throw new Error(program.malformed);
  return program;
}

/** A program without what its bytes do not hold. */
function plain(program: Program): unknown {
  return { ...program, kernels: program.kernels.map(({ listing: _, ...kernel }) => kernel) };
}

test("a program reads back from its bytes, and is written to the same bytes again", () => {
  fc.assert(
    fc.property(programs, (program) => {
      const bytes = encodeProgram(program, digest);
      const { constantsDigest, codeDigest, plainBytes, ...again } = decoded(bytes);
      expect(again).toEqual(plain(program));
      expect(Buffer.from(constantsDigest)).toEqual(Buffer.from(digest));
      expect(codeDigest).toHaveLength(32);
      expect(plainBytes).toBe(bytes.length);
      const kernels = again.kernels.map((kernel) => ({ ...kernel, listing: () => "" }));
      expect(Buffer.from(encodeProgram({ ...again, kernels }, digest))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 300 },
  );
});

test("a program that is compressed says the same and expands to the same bytes", () => {
  fc.assert(
    fc.property(programs, (program) => {
      const plain = encodeProgram(program, digest);
      const bytes = compressProgram(plain);
      expect(bytes.length).toBeLessThan(plain.length);
      expect(decoded(bytes)).toEqual(decoded(plain));
      expect(Buffer.from(expandProgram(bytes))).toEqual(Buffer.from(plain));
      expect(expandProgram(plain)).toBe(plain);
    }),
    { numRuns: 300 },
  );
});

test("equal literals stand in a program once", () => {
  const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * i) % 251);
  const pack = (at: number): BoundPack => ({
    pack: { kind: "literal", targetOffset: 0, bytes: at % 2 === 0 ? bytes : bytes.subarray(1) },
    base: 8192 * at,
    sources: {},
  });
  const [sample] = fc.sample(programs, 1) as [Program];
  const size = (count: number): number =>
    encodeProgram({ ...sample, packs: Array.from({ length: count }, (_, at) => pack(at)) }, digest).length;
  expect(size(8) - size(2)).toBeLessThan(512);
  const eight = encodeProgram({ ...sample, packs: Array.from({ length: 8 }, (_, at) => pack(at)) }, digest);
  expect(decoded(eight).packs).toEqual(Array.from({ length: 8 }, (_, at) => pack(at)));
});

test.each(["plain", "compressed"])(
  "any byte of a %s program changed is noticed; sealed again it is read, or found malformed",
  (form) => {
    const [program] = fc.sample(
      programs.filter(({ steps, packs }) => steps.length > 2 && packs.length > 2),
      { numRuns: 1, seed: 7 },
    ) as [Program];
    const plain = encodeProgram(program, digest);
    const bytes = form === "plain" ? plain : compressProgram(plain);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      expect(decodeProgram(changed)).toHaveProperty("malformed");
      expect(() => decodeProgram(seal(changed, programLayout.digestAt))).not.toThrow();
      expect(() => decodeProgram(bytes.subarray(0, at))).not.toThrow();
    }
  },
);

test("features are the bits that the host library knows", () => {
  expect(featureBits([])).toBe(0);
  expect(featureBits(["avx2", "fma"])).toBe(3);
  expect(featureBits(["avx512bf16"])).toBe(512);
});

test("a program that does not fit together is a bug", () => {
  const [sample] = fc.sample(
    programs.filter(({ steps }) => steps.some(({ places }) => places.length > 0)),
    { numRuns: 1, seed: 3 },
  ) as [Program];
  const steps = sample.steps.map((step) => ({ ...step, places: [] }));
  expect(() => encodeProgram({ ...sample, steps }, digest)).toThrow("places for kernel");
  const pack = { kind: "copy", from: "nothing", elementBytes: 1, sourceOffset: 0, targetOffset: 0, loops: [] } as const;
  expect(() => encodeProgram({ ...sample, packs: [{ pack, base: 0, sources: {} }] }, digest)).toThrow("bound to no");
  expect(() => encodeProgram({ ...sample, weightsBytes: 1.5 }, digest)).toThrow("no integer");
});
