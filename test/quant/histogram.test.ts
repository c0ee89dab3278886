import fc from "fast-check";
import { expect, test } from "vitest";
import type { Histogram } from "../../src/quant/index.ts";
import { histogramObserver } from "../../src/quant/index.ts";

const chunks = fc.array(
  fc.array(
    fc.oneof(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (Math.abs(x) < 1e-30 ? 0 : x)),
      // Smaller ones vanish in the test's own division.
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }).map((x) => (Math.abs(x) < 1e-30 ? 0 : x)),
      fc.constantFrom(0, 6, -1, 255, Infinity, -Infinity, NaN),
    ),
    { maxLength: 40 },
  ),
  { minLength: 1, maxLength: 8 },
);

function observe(parts: readonly (readonly number[])[], bins: number): Histogram {
  const observer = histogramObserver(bins);
  for (const part of parts) observer.observe(part);
  return observer.read();
}

test("every finite value is counted once, in the bin that covers it, however the values were cut", () => {
  fc.assert(
    fc.property(chunks, (parts) => {
      const all = parts.flat();
      const finite = all.filter((x) => Number.isFinite(x));
      const h = observe(parts, 64);
      expect(h.count).toBe(finite.length);
      expect(h.nonFinite).toBe(all.length - finite.length);
      expect(h.zeros).toBe(finite.filter((x) => x === 0).length);
      if (finite.length === 0) return;
      expect([h.min + 0, h.max + 0]).toEqual([Math.min(...finite) + 0, Math.max(...finite) + 0]);
      const expected = new Float64Array(64);
      for (const x of finite) {
        const bin = Math.floor(x / h.binWidth) - h.firstBin;
        expected[bin] = (expected[bin] as number) + 1;
      }
      expect([...h.counts]).toEqual([...expected]);
    }),
    { numRuns: 300 },
  );
});

test("what was read does not change when observation goes on", () => {
  const observer = histogramObserver(16);
  observer.observe([1, 2, 3]);
  const before = observer.read();
  observer.observe([1, 1, 1]);
  expect(before.counts.reduce((a, b) => a + b, 0)).toBe(3);
});

test("the bins are fine enough: at least a quarter of them covers the observed range", () => {
  const h = observe([[0.001], [-0.5, 3.1], [17.3, -80]], 1024);
  expect((h.max - h.min) / h.binWidth).toBeGreaterThan(256);
});
