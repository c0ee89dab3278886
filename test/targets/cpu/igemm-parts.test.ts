import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operand } from "../../../src/codegen/x86/index.ts";
import { zmm } from "../../../src/codegen/x86/index.ts";
import { splitChannels, splitPixels } from "../../../targets/cpu/templates/igemm/geometry.ts";
import type { Instruction } from "../../../targets/cpu/templates/interleave.ts";
import { emitInterleaved, recordInstructions } from "../../../targets/cpu/templates/interleave.ts";

test("pixels are split into the fewest tiles, whose widths differ by one at most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 28 }), (columns, limit) => {
      const { width, wide, narrow } = splitPixels(columns, limit);
      expect(wide * width + narrow * (width - 1)).toBe(columns);
      expect(wide + narrow).toBe(Math.ceil(columns / limit));
      expect(width).toBeLessThanOrEqual(limit);
      expect(wide).toBeGreaterThan(0);
    }),
  );
});

test("channels are split into full blocks and a rest of whole vectors", () => {
  expect(splitChannels(130, 4, 16)).toEqual({ vectors: 4, full: 2, restChannels: 2, restVectors: 1 });
  expect(splitChannels(128, 4, 16)).toEqual({ vectors: 4, full: 2, restChannels: 0, restVectors: 0 });
  expect(splitChannels(24, 4, 8)).toEqual({ vectors: 4, full: 0, restChannels: 24, restVectors: 3 });
});

test("interleaved instructions keep both orders, and are spread evenly", () => {
  const numbered = (register: number, count: number): readonly Instruction[] =>
    recordInstructions((sink) => {
      for (let index = 0; index < count; index++) sink.emit("vpermilps", zmm(register), zmm(register), index);
    });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 40 }), (mainCount, fillerCount) => {
      const emitted: (readonly [string, number])[] = [];
      const sink = {
        emit: (_: string, register: Operand, __: Operand, index: Operand) =>
          emitted.push([(register as { name: string }).name, index as number]),
      };
      emitInterleaved(sink as never, numbered(0, mainCount), numbered(1, fillerCount));
      const of = (name: string): readonly number[] => emitted.filter(([owner]) => owner === name).map(([, at]) => at);
      expect(of("zmm0")).toEqual(Array.from({ length: mainCount }, (_, at) => at));
      expect(of("zmm1")).toEqual(Array.from({ length: fillerCount }, (_, at) => at));
      const half = emitted.slice(0, Math.ceil(emitted.length / 2)).filter(([owner]) => owner === "zmm1").length;
      expect(Math.abs(half - fillerCount / 2)).toBeLessThanOrEqual(1 + fillerCount / mainCount);
    }),
  );
});
