import fc from "fast-check";
import { expect, test } from "vitest";
import type { DecodedProgram } from "../../src/region/decode-program.ts";
import { decodeProgram } from "../../src/region/decode-program.ts";
import { digestConstants, encodeProgram, featureBits, seal } from "../../src/region/encode-program.ts";
import { programLayout } from "../../src/region/program-layout.ts";
import type { Program } from "../../src/region/program.ts";
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
      const { constantsDigest, codeDigest, ...again } = decoded(bytes);
      expect(again).toEqual(plain(program));
      expect(Buffer.from(constantsDigest)).toEqual(Buffer.from(digest));
      expect(codeDigest).toHaveLength(32);
      const kernels = again.kernels.map((kernel) => ({ ...kernel, listing: () => "" }));
      expect(Buffer.from(encodeProgram({ ...again, kernels }, digest))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 300 },
  );
});

test("any byte changed is noticed; sealed again it is read, or found malformed", () => {
  const [program] = fc.sample(
    programs.filter(({ steps, packs }) => steps.length > 2 && packs.length > 2),
    { numRuns: 1, seed: 7 },
  ) as [Program];
  const bytes = encodeProgram(program, digest);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] as number) ^ (1 << (at % 8));
    expect(decodeProgram(changed)).toHaveProperty("malformed");
    expect(() => decodeProgram(seal(changed, programLayout.digestAt))).not.toThrow();
    expect(() => decodeProgram(bytes.subarray(0, at))).not.toThrow();
  }
});

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
