import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bestScales,
  asymmetricParameters,
  dequantizeValue,
  gridStep,
  quantizeBias,
  quantizeValue,
  quantizeWeights,
  representable,
  scalesForBias,
  symmetricParameters,
  tensorSqnrDb,
  scalesAtLeast,
} from "../../src/quant/index.ts";

const finite = fc.float({ min: -1000, max: 1000, noNaN: true });

test("zero is exact, the scale is a float32, and values in range err by half a step at most", () => {
  fc.assert(
    fc.property(finite, finite, finite, (a, b, x) => {
      const range = { min: Math.min(a, b), max: Math.max(a, b) };
      for (const parameters of [asymmetricParameters(range), symmetricParameters(range)]) {
        expect(dequantizeValue(quantizeValue(0, parameters), parameters)).toBe(0);
        expect(Math.fround(parameters.scale)).toBe(parameters.scale);
        const { min, max } = representable(parameters);
        if (x < min || x > max) return;
        const error = Math.abs(dequantizeValue(quantizeValue(x, parameters), parameters) - x);
        expect(error).toBeLessThanOrEqual(parameters.scale * 0.5001 + Math.abs(x) * 1e-6);
      }
    }),
  );
});

test("nothing beyond the limits of a clamp can be expressed", () => {
  fc.assert(
    fc.property(
      fc.float({ min: Math.fround(0.01), max: 100, noNaN: true }),
      fc.float({ min: 0, max: 100, noNaN: true }),
      (max, size) => {
        const limits = { min: -size, max };
        const { min: low, max: high } = representable(asymmetricParameters(limits, limits));
        expect(high).toBeLessThanOrEqual(max);
        expect(low).toBeGreaterThanOrEqual(-size);
      },
    ),
  );
});

test("rounding goes to even, and saturates", () => {
  const parameters = { dtype: "uint8", scale: 1, zeroPoint: 10 } as const;
  expect([0.5, 1.5, 2.5, -0.5, 1e9, -1e9].map((x) => quantizeValue(x, parameters))).toEqual([10, 12, 12, 10, 255, 0]);
});

test("degenerate ranges give usable parameters", () => {
  for (const range of [
    { min: 0, max: 0 },
    { min: -1e-40, max: 1e-40 },
    { min: -3e38, max: 3e38 },
  ]) {
    const { scale } = asymmetricParameters(range);
    expect(scale).toBeGreaterThan(0);
    expect(Number.isFinite(1 / scale)).toBe(true);
  }
});

test("weights that lie on an 8-bit grid keep it exactly; others get a scale of their own", () => {
  const step = Math.fround(0.0123);
  const onGrid = Float32Array.from([-77, 3, 12, 100, -4, 0, 55, 31, -2], (q) => q * step);
  expect(gridStep(Float64Array.from(onGrid), 127)).toBeCloseTo(step, 8);
  const layout = { channels: 1, inner: 1 };
  const scales = scalesAtLeast(bestScales(onGrid, layout, 127));
  const { values } = quantizeWeights(onGrid, layout, scales, 127);
  expect([...values]).toEqual([-77, 3, 12, 100, -4, 0, 55, 31, -2]);
  const offGrid = Float32Array.from([0.1, -0.73, 0.377, 0.9431, -0.2718, 0.5772, 0.1618, -0.666, 0.0301]);
  expect(gridStep(Float64Array.from(offGrid), 127)).toBeUndefined();
  const tooWide = Float32Array.from([-200, 3, 12, 7, 1], (q) => q * step);
  expect(gridStep(Float64Array.from(tooWide), 127)).toBeUndefined();
});

test("channels get scales of their own along any axis; 7-bit weights stay within ±63", () => {
  const weights = Float32Array.from([1, 100, -0.5, 30, 0.25, -77.3]);
  const layout = { channels: 2, inner: 1 };
  for (const largest of [127, 63]) {
    const scales = scalesAtLeast(bestScales(weights, layout, largest));
    const { values } = quantizeWeights(weights, layout, scales, largest);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(largest);
    const back = Float32Array.from(values, (q, i) => q * (scales[i % 2] as number));
    expect(tensorSqnrDb(weights, back)).toBeGreaterThan(largest === 127 ? 45 : 38);
  }
});

test("a bias far larger than the products does not overflow: the weight scale grows to hold it", () => {
  const weights = Float32Array.from([1e-8, 2e-8, 0.5, 0.25]);
  const bias = Float32Array.from([3, 1]);
  const inputScale = 0.01;
  const layout = { channels: 2, inner: 2 };
  const scales = scalesAtLeast(bestScales(weights, layout, 127), scalesForBias(bias, inputScale, 2));
  const quantized = quantizeBias(bias, inputScale, scales);
  quantized.values.forEach((q, i) => {
    expect(Math.abs(q)).toBeLessThanOrEqual(2 ** 30);
    expect(q * (quantized.scales[i] as number)).toBeCloseTo(bias[i] as number, 5);
  });
});
