import { expect, test } from "vitest";
import { randomSource } from "../../src/data/random-source.ts";
import type { QuantizationParameters } from "../../src/quant/index.ts";
import { asymmetricParameters, histogramObserver, quantizeValue, rangeMethods } from "../../src/quant/index.ts";
import { mseRange } from "../../src/quant/range-methods/mse.ts";
import { percentileRange } from "../../src/quant/range-methods/percentile.ts";

/** A normal distribution with a few far outliers, as activations have them. */
function activations(count: number, rectified: boolean): Float32Array {
  const random = randomSource(7);
  return Float32Array.from({ length: count }, (_, i) => {
    const x = i % 1000 === 0 ? 20 * random.uniform() : random.normal();
    return rectified ? Math.max(0, x) : x;
  });
}

function histogramOf(values: Float32Array): ReturnType<ReturnType<typeof histogramObserver>["read"]> {
  const observer = histogramObserver();
  for (let at = 0; at < values.length; at += 997) observer.observe(values.subarray(at, at + 997));
  return observer.read();
}

function squaredError(values: Float32Array, parameters: QuantizationParameters): number {
  let error = 0;
  for (const x of values) error += (x - (quantizeValue(x, parameters) - parameters.zeroPoint) * parameters.scale) ** 2;
  return error / values.length;
}

test("percentile cuts equal tails, to within one bin of the sorted values", () => {
  const values = activations(50_000, false);
  const sorted = values.slice().sort();
  const histogram = histogramOf(values);
  const range = percentileRange(histogram, 99);
  expect(Math.abs(range.min - (sorted[250] as number))).toBeLessThan(histogram.binWidth * 2);
  expect(Math.abs(range.max - (sorted[49_749] as number))).toBeLessThan(histogram.binWidth * 2);
  expect(percentileRange(histogram, 100)).toEqual({ min: histogram.min, max: histogram.max });
});

test.each([true, false])("mse comes near the best range found by trying (rectified: %s)", (rectified) => {
  const values = activations(4_000, rectified);
  const found = squaredError(values, asymmetricParameters(mseRange(histogramOf(values))));
  const sorted = values.slice().sort();
  const [low, high] = [sorted[0] as number, sorted.at(-1) as number];
  let best = Infinity;
  for (let i = 4; i <= 60; i++)
    for (let j = rectified ? 60 : 20; j <= 60; j += 2)
      best = Math.min(best, squaredError(values, asymmetricParameters({ min: (low * j) / 60, max: (high * i) / 60 })));
  expect(found).toBeLessThan(best * 1.05);
});

test("entropy cuts a few far outliers and keeps the body of the distribution", () => {
  const values = activations(200_000, true).map((x) => Math.min(x, 4));
  for (let i = 0; i < 4; i++) values[i * 50_000] = 100;
  const range = rangeMethods.entropy.range(histogramOf(values));
  expect(range.max).toBeGreaterThan(3.5);
  expect(range.max).toBeLessThan(30);
});

test.each(Object.values(rangeMethods))(
  "$name stays inside what was observed and holds for constant values",
  (method) => {
    const histogram = histogramOf(activations(5_000, false));
    const range = method.range(histogram);
    expect(range.min).toBeGreaterThanOrEqual(histogram.min);
    expect(range.max).toBeLessThanOrEqual(histogram.max);
    const flat = method.range(histogramOf(new Float32Array(100).fill(2.5)));
    expect(flat.max).toBeGreaterThan(2.4);
    expect(method.range(histogramOf(new Float32Array(64)))).toEqual({ min: 0, max: 0 });
  },
);
