import fc from "fast-check";
import { expect, test } from "vitest";
import type { RivalTimes } from "../../../src/recipes/regions/propose-reverts.ts";
import { losingLayers, proposeReverts } from "../../../src/recipes/regions/propose-reverts.ts";

/** Layers of 100 ns, each with its ratio to ONNX Runtime; 0 is not comparable. */
const layersOf = (ratios: readonly number[]): readonly RivalTimes[] =>
  ratios.map((ratio) => ({ ns: 100, peerNs: ratio === 0 ? undefined : 100 * ratio }));

test("a layer loses when it is clearly slower and that costs the network something", () => {
  expect(losingLayers(layersOf([2, 0.5, 1, 0.96, 0.8, 0]))).toEqual([1, 4]);
  const small = [
    { ns: 100_000, peerNs: 200_000 },
    { ns: 100, peerNs: 10 },
    { ns: 2000, peerNs: 1000 },
  ];
  expect(losingLayers(small)).toEqual([2]);
});

test("nothing is tried where nothing loses", () => {
  expect(proposeReverts(layersOf([1, 2, 0, 0.97]))).toEqual([]);
  expect(proposeReverts([])).toEqual([]);
});

test("tried are all that lose, the worst run of neighbours with what lies between, and the worst by halves", () => {
  expect(proposeReverts(layersOf([2, 0.2, 1.1, 0.4, 2, 0.9, 2, 0.8]))).toEqual([[1, 3, 5, 7], [1, 2, 3], [1, 3], [1]]);
  expect(proposeReverts(layersOf([2, 0.5, 2]))).toEqual([[1]]);
});

test("what is not comparable ends a run: leaving it plain promises nothing", () => {
  expect(proposeReverts(layersOf([0.5, 0, 0.5]))).toEqual([[0, 2], [0]]);
});

test("few sets are tried however many layers lose; each holds a layer that does", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0.3, 0.6, 0.9, 1, 1.5, 3), { maxLength: 60 }), (ratios) => {
      const layers = layersOf(ratios);
      const losers = new Set(losingLayers(layers));
      const sets = proposeReverts(layers);
      expect(sets.length).toBeLessThanOrEqual(4);
      expect(new Set(sets.map((set) => set.join())).size).toBe(sets.length);
      for (const set of sets) expect(set.some((index) => losers.has(index))).toBe(true);
    }),
  );
});
