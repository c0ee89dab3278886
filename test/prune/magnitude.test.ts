import { expect, test } from "vitest";
import { numbersOf, randomTensor, tensorFromNumbers } from "../../src/ir/index.ts";
import {
  chooseKept,
  keptCount,
  relativeFilterNorms,
  takeAlong,
  zeroAlong,
  zeroSmallest,
} from "../../src/prune/index.ts";

const rule = { sparsity: 0.3, multiple: 8, minKept: 4 };

test.each([
  [10, 7],
  [15, 11],
  [16, 16],
  [32, 24],
  [64, 48],
  [100, 72],
  [5, 4],
  [3, 3],
  [0, 0],
])("of %i channels 30 %% less are %i, in steps of 8 from 16 on and never under 4", (count, kept) => {
  expect(keptCount(count, rule)).toBe(kept);
});

test("nothing goes at sparsity 0, and something stays at any", () => {
  for (let count = 1; count < 100; count++) {
    expect(keptCount(count, { ...rule, sparsity: 0 })).toBe(count);
    expect(keptCount(count, { sparsity: 0.999, multiple: 1, minKept: 0 })).toBe(1);
  }
});

test("the largest scores stay, of equal ones the first, in ascending order", () => {
  expect(chooseKept([1, 3, 1, 2, 1], 3)).toEqual([0, 1, 3]);
  expect(chooseKept([2, 2, 2, 2], 2)).toEqual([0, 1]);
});

test("filter norms are L1 along any axis, relative to their mean", () => {
  const weight = tensorFromNumbers("float32", [2, 2, 2], [1, -1, 2, 0, 3, 3, -4, 2]);
  expect([...relativeFilterNorms(weight, 0)]).toEqual([4 / 8, 12 / 8]);
  expect([...relativeFilterNorms(weight, 1)]).toEqual([8 / 8, 8 / 8]);
  expect([...relativeFilterNorms(weight, 2)]).toEqual([10 / 8, 6 / 8]);
  expect([...relativeFilterNorms(tensorFromNumbers("float32", [2, 1], [0, 0]), 0)]).toEqual([0, 0]);
});

test("exactly the asked share becomes zero: the smallest, of equal magnitudes the first", () => {
  const values = Float64Array.of(3, -1, 1, 0, 1, -2);
  expect(zeroSmallest(values, 0.5)).toBe(2);
  expect([...values]).toEqual([3, 0, 0, 0, 1, -2]);
  expect(zeroSmallest(values, 0.5), "a second time finds nothing").toBe(0);
  expect(zeroSmallest(values, 0)).toBe(0);
});

test("cutting and zeroing agree with indexing, for every axis and element size", () => {
  for (const dtype of ["float32", "float16", "float64", "int64"] as const) {
    const tensor = randomTensor(dtype, [3, 4, 2], 7);
    const all = numbersOf(tensor);
    for (const [axis, kept] of [
      [0, [0, 2]],
      [1, [1, 2, 3]],
      [2, [1]],
    ] as const) {
      const place = (i: number): number => [Math.floor(i / 8), Math.floor(i / 2) % 4, i % 2][axis] as number;
      const stays = (i: number): boolean => (kept as readonly number[]).includes(place(i));
      const taken = takeAlong(tensor, axis, kept);
      expect(taken.shape[axis]).toBe(kept.length);
      expect([...Array.from(numbersOf(taken))]).toEqual(Array.from(all).filter((_, i) => stays(i)));
      expect(Array.from(numbersOf(zeroAlong(tensor, axis, kept)))).toEqual(
        Array.from(all, (value, i) => (stays(i) ? value : 0)),
      );
    }
  }
  expect(() => takeAlong(tensorFromNumbers("int4", [2], [1, 2]), 0, [0])).toThrow("int4");
});
