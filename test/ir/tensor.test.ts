import { expect, test } from "vitest";
import type { DType } from "../../src/ir/index.ts";
import { dtypes, filledTensor, integerLimits, numbersOf, stridesOf, tensorFromNumbers } from "../../src/ir/index.ts";

const all = Object.keys(dtypes) as DType[];

test("numbers survive in every type that takes them", () => {
  const taken = all.filter((dtype) => {
    const { kind, bits } = dtypes[dtype];
    return kind === "signed" || kind === "unsigned" || kind === "bool" || (kind === "float" && bits >= 16);
  });
  expect(taken.length).toBeGreaterThan(12);
  for (const dtype of taken)
    expect(Array.from(numbersOf(tensorFromNumbers(dtype, [3], [1, 0, 1]))), dtype).toEqual([1, 0, 1]);
});

test.each(["float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "float8e8m0", "float4e2m1"] as const)(
  "%s, whose rounding is its own, is refused instead of being truncated",
  (dtype) => {
    expect(() => tensorFromNumbers(dtype, [1], [0.5])).toThrow(TypeError);
    expect(() => filledTensor(dtype, [2], 1)).toThrow(TypeError);
  },
);

test("strides are row-major, also beside empty dimensions", () => {
  expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
  expect(stridesOf([])).toEqual([]);
  expect(stridesOf([2, 0, 4])).toEqual([0, 4, 1]);
});

test.each<[DType, number, number]>([
  ["int2", -2, 1],
  ["uint4", 0, 15],
  ["int8", -128, 127],
  ["uint32", 0, 4294967295],
  ["int64", -(2 ** 63), 2 ** 63 - 1024],
  ["uint64", 0, 2 ** 64 - 2048],
])("the limits of %s are the outermost doubles it holds", (dtype, min, max) => {
  expect(integerLimits(dtype)).toEqual({ min, max });
  expect(Array.from(numbersOf(tensorFromNumbers(dtype, [2], [min, max])))).toEqual([min, max]);
});
