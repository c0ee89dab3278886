import fc from "fast-check";
import { expect, test } from "vitest";
import { medianRatio, pairedRatios, quantile, seededRandom, speedRatio, summarize } from "../../src/measure/index.ts";

test("quantiles interpolate between order statistics and do not mind the order", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10], 0.9)).toBe(10);
  expect(quantile([], 0.5)).toBeNaN();
  expect(quantile([0, 10], 0.25)).toBe(2.5);
});

test("quantiles grow with q and stay within the sample", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, p, q) => {
        const [low, high] = [quantile(values, Math.min(p, q)), quantile(values, Math.max(p, q))];
        expect(low).toBeLessThanOrEqual(high + 1e-6);
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      },
    ),
  );
});

test("a summary holds minimum, median, percentiles and count", () => {
  expect(summarize(Array.from({ length: 101 }, (_, i) => i))).toEqual({
    minNs: 0,
    medianNs: 50,
    p90Ns: 90,
    p95Ns: 95,
    p99Ns: 99,
    samples: 101,
  });
});

test("rounds may hold more samples than a call takes arguments", () => {
  const round = (base: number): number[] => Array.from({ length: 300_000 }, (_, i) => base + (i % 7));
  expect(speedRatio([round(20), round(20)], [round(10), round(10)]).ratio).toBe(2);
});

test("the speed ratio is that of minima, inside its interval, and 1 for equal sides", () => {
  const side = (base: number): number[][] =>
    Array.from({ length: 12 }, (_, r) => [base * (1 + (r % 4) / 10), base * 1.5]);
  expect(speedRatio(side(200), side(100))).toMatchObject({ ratio: 2, paired: 2 });
  const { ratio, low, high } = speedRatio(side(100), side(100));
  expect([ratio, low, high]).toEqual([1, 1, 1]);
});

test("a ratio resting on one lucky round has a wide interval; its paired ratio is not fooled", () => {
  const a = Array.from({ length: 10 }, () => [100]);
  const b = Array.from({ length: 10 }, (_, i) => [i === 3 ? 50 : 100]);
  const { ratio, low, paired } = speedRatio(a, b);
  expect(ratio).toBe(2);
  expect(low).toBe(1);
  expect(paired).toBe(1);
});

test("the interval of the paired ratio does not widen with load that both sides share", () => {
  const load = [1, 4, 2, 1, 3, 1, 2, 4];
  const side = (ns: number): number[][] => load.map((factor, round) => [ns * factor * (1 + (round % 3) / 100)]);
  const { paired, pairedLow, pairedHigh } = speedRatio(side(200), side(100));
  expect([paired, pairedLow, pairedHigh]).toEqual([2, 2, 2]);
  expect(pairedRatios(side(200), side(100).slice(0, 3))).toHaveLength(3);
  const { low, high } = medianRatio([1, 1.1, 1.2, 5, 1.1, 1.05, 1.15, 1.1]);
  expect(low).toBeGreaterThanOrEqual(1);
  expect(high).toBeLessThan(1.3);
});

test("the same seed draws the same numbers, uniform in [0, 1)", () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 2000 }, random);
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const values = draw(9);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(values.reduce((sum, x) => sum + x, 0) / values.length).toBeCloseTo(0.5, 1);
});
