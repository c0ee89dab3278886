import fc from "fast-check";
import { expect, test } from "vitest";
import { coarseHistogram, histogramObserver } from "../../src/quant/index.ts";

test("keeps every count, and its place within a bin", () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 1 }), (values) => {
      const observer = histogramObserver();
      observer.observe(values);
      const histogram = observer.read();
      const coarse = coarseHistogram(histogram, { min: -Infinity, max: Infinity }, 8);
      expect(coarse?.counts.reduce((a, b) => a + b, 0)).toBe(values.length);
      expect(coarse).toMatchObject({ min: histogram.min, max: histogram.max, clipped: 0 });
    }),
  );
});

test("tells what a range cuts off, up to one fine bin", () => {
  const observer = histogramObserver();
  observer.observe(Float32Array.from({ length: 10_000 }, (_, i) => i / 10_000));
  const coarse = coarseHistogram(observer.read(), { min: 0, max: 0.75 });
  expect(coarse?.clipped).toBeGreaterThan(0.249);
  expect(coarse?.clipped).toBeLessThanOrEqual(0.25);
});

test("one value is one bin; nothing observed is nothing", () => {
  const observer = histogramObserver();
  expect(coarseHistogram(observer.read(), { min: 0, max: 1 })).toBeUndefined();
  observer.observe([3, 3, 3]);
  expect(coarseHistogram(observer.read(), { min: 0, max: 1 }, 4)).toEqual({
    min: 3,
    max: 3,
    counts: [3, 0, 0, 0],
    clipped: 1,
  });
});
