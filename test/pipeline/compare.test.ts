import { expect, test } from "vitest";
import type { DType, RuntimeValue } from "../../src/ir/index.ts";
import { tensorFromNumbers, tensorFromStrings } from "../../src/ir/index.ts";
import type { Preserves } from "../../src/pipeline/index.ts";
import { compareValues, worse } from "../../src/pipeline/index.ts";

const of = (value: RuntimeValue): ReadonlyMap<string, RuntimeValue> => new Map([["y", value]]);
const tensor = (dtype: DType, values: readonly number[]): RuntimeValue =>
  tensorFromNumbers(dtype, [values.length], values);
const verdict = (a: RuntimeValue, b: RuntimeValue, preserves: Preserves = "tolerance"): string =>
  compareValues(of(a), of(b), preserves).verdict;

const ramp = Array.from({ length: 200 }, (_, i) => i - 100);
const nudged = (by: number): number[] => ramp.map((x) => x * (1 + by));

test("floats: equal, within the tolerance of their type, or not", () => {
  expect(verdict(tensor("float32", ramp), tensor("float32", ramp))).toBe("equal");
  expect(verdict(tensor("float32", ramp), tensor("float32", nudged(1e-5)))).toBe("within-tolerance");
  expect(verdict(tensor("float32", ramp), tensor("float32", nudged(1e-5)), "bits")).toBe("mismatch");
  expect(verdict(tensor("float32", ramp), tensor("float32", nudged(1e-3)))).toBe("mismatch");
  expect(verdict(tensor("float16", ramp), tensor("float16", nudged(1e-3)))).toBe("within-tolerance");
  expect(verdict(tensor("float32", [0, -0]), tensor("float32", [-0, 0]), "bits")).toBe("equal");
});

test("infinities and NaN must stay where they are", () => {
  expect(verdict(tensor("float32", [1, Infinity, NaN]), tensor("float32", [1, Infinity, NaN]))).toBe("equal");
  expect(verdict(tensor("float32", [1, Infinity]), tensor("float32", [1, -Infinity]))).toBe("mismatch");
  expect(verdict(tensor("float32", [1, 2]), tensor("float32", [1, NaN]))).toBe("mismatch");
});

test("8-bit integers may differ by a step on 1 %, where bits were not promised; others may not", () => {
  const step = (values: readonly number[], count: number): number[] => values.map((x, i) => (i < count ? x + 1 : x));
  const bytes = ramp.map((x) => x + 100);
  expect(verdict(tensor("uint8", bytes), tensor("uint8", step(bytes, 2)))).toBe("within-tolerance");
  expect(verdict(tensor("uint8", bytes), tensor("uint8", step(bytes, 3)))).toBe("mismatch");
  expect(verdict(tensor("uint8", bytes), tensor("uint8", step(bytes, 1)), "bits")).toBe("mismatch");
  expect(verdict(tensor("int64", ramp), tensor("int64", step(ramp, 1)))).toBe("mismatch");
  expect(verdict(tensor("bool", [0, 1]), tensor("bool", [1, 1]))).toBe("mismatch");
});

test("a change that accuracy judges: numbers are far from noise, what follows from them is free", () => {
  expect(verdict(tensor("float32", ramp), tensor("float32", nudged(0.02)), "accuracy")).toBe("within-tolerance");
  expect(verdict(tensor("float32", ramp), tensor("float32", nudged(0.04)), "accuracy")).toBe("mismatch");
  expect(verdict(tensor("int8", ramp), tensor("int8", nudged(0.02)), "accuracy")).toBe("within-tolerance");
  expect(verdict(tensor("uint8", [0, 200]), tensor("uint8", [200, 0]), "accuracy")).toBe("mismatch");
  expect(verdict(tensor("int64", [3]), tensor("int64", [4]), "accuracy")).toBe("within-tolerance");
  expect(verdict(tensor("int64", [3]), tensor("float32", [3]), "accuracy")).toBe("mismatch");
});

test("type, shape, presence and strings count", () => {
  expect(verdict(tensor("float32", [1]), tensor("float64", [1]))).toBe("mismatch");
  expect(verdict(tensorFromNumbers("int32", [2, 1], [1, 2]), tensor("int32", [1, 2]))).toBe("mismatch");
  expect(compareValues(of(tensor("int32", [1])), new Map(), "bits").detail).toContain('"y" is missing');
  expect(verdict(tensorFromStrings([2], ["a", "b"]), tensorFromStrings([2], ["a", "c"]))).toBe("mismatch");
});

test("sequences, optionals and maps are compared through and through", () => {
  const sequence = (...items: readonly number[]): RuntimeValue => ({
    kind: "sequence",
    element: undefined,
    items: items.map((x) => tensor("int32", [x])),
  });
  expect(verdict(sequence(1, 2), sequence(1, 2))).toBe("equal");
  expect(verdict(sequence(1, 2), sequence(1, 3))).toBe("mismatch");
  expect(verdict(sequence(1, 2), sequence(1))).toBe("mismatch");
  expect(verdict(sequence(1), tensor("int32", [1]))).toBe("mismatch");
});

test("the graver of two findings is kept", () => {
  const near = { verdict: "within-tolerance", sqnrDb: 90, detail: "a" } as const;
  const nearer = { verdict: "within-tolerance", sqnrDb: 120, detail: "b" } as const;
  const off = { verdict: "mismatch", sqnrDb: 200, detail: "c" } as const;
  expect(worse(near, nearer)).toBe(near);
  expect(worse(nearer, near)).toBe(near);
  expect(worse(near, off)).toBe(off);
});
