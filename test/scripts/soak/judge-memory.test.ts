import { describe, expect, test } from "vitest";
import { growthOf } from "../../../scripts/soak/growth.ts";
import { judgeMemory } from "../../../scripts/soak/judge-memory.ts";
import type { MemorySample } from "../../../scripts/soak/memory.ts";

const mebibyte = 2 ** 20;

/** Deterministic noise in [-1, 1]. */
function noise(i: number): number {
  return 2 * ((Math.sin(i * 12.9898) * 43_758.5453) % 1) * 0.5;
}

/** Two minutes of rounds of 30 sessions, as they look: noise, an outlier, a collector that lags behind. */
function samples(each: { readonly allocated?: number; readonly resident?: number; readonly mappings?: number } = {}) {
  return Array.from({ length: 24 }, (_, i): MemorySample => {
    const sessions = 30 * (i + 1);
    return {
      sessions,
      allocated: 20 * mebibyte + 60_000 * noise(i) + (i === 14 ? 2 * mebibyte : 0) + sessions * (each.allocated ?? 0),
      resident:
        180 * mebibyte +
        3 * mebibyte * noise(i + 50) -
        (i % 9 === 4 ? 30 * mebibyte : 0) +
        sessions * (each.resident ?? 0),
      mappings: Math.round(600 + 8 * noise(i + 100) + sessions * (each.mappings ?? 0)),
    };
  });
}

const failed = (list: readonly MemorySample[]): string[] =>
  judgeMemory(list).flatMap(({ what, holds }) => (holds ? [] : [what.split(" flat")[0] ?? ""]));

describe("memory", () => {
  test("that only fluctuates is flat", () => {
    expect(failed(samples())).toEqual([]);
    expect(judgeMemory(samples())).toHaveLength(3);
  });

  test.each([
    ["a kilobyte a session in malloc", { allocated: 1024 }, "allocated memory"],
    ["a quarter of a megabyte a session past malloc", { resident: 2 ** 18 }, "resident memory"],
    ["a mapping for every fourth session", { mappings: 0.25 }, "mappings"],
  ])("that grows by %s is not", (_, leak, what) => {
    expect(failed(samples(leak))).toEqual([what]);
  });

  test("is judged by what the system tells", () => {
    const less = samples({ allocated: 4096 }).map((sample) => ({
      ...sample,
      allocated: undefined,
      mappings: undefined,
    }));
    expect(judgeMemory(less).map(({ holds }) => holds)).toEqual([true]);
  });
});

describe("the line through points", () => {
  const line = (count: number, of: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => ({ x: 10 * i, y: of(i) }));

  test("ignores outliers and tells how sure it is", () => {
    const exact = growthOf(line(20, (i) => 30 * i + (i === 7 ? 1e6 : 0)));
    expect(exact).toEqual({ slope: 3, uncertainty: 0 });
    const noisy = growthOf(line(40, (i) => 30 * i + 100 * noise(i)));
    expect(Math.abs(noisy.slope - 3)).toBeLessThan(noisy.uncertainty);
    expect(noisy.uncertainty).toBeLessThan(1);
  });

  test("takes two points", () => {
    expect(growthOf(line(2, (i) => 5 * i))).toEqual({ slope: 0.5, uncertainty: Infinity });
    expect(growthOf(line(1, () => 1)).slope).toBeNaN();
  });
});
