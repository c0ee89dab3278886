import { expect, test } from "vitest";
import type { DType, Tensor } from "../../../src/ir/index.ts";
import {
  bigintsOf,
  dtypes,
  int64Tensor,
  stringsOf,
  tensorFromElements,
  tensorFromNumbers,
  tensorFromStrings,
} from "../../../src/ir/index.ts";
import { encodeReals } from "../../../src/reference/numeric.ts";
import { float, numbers, tensorOf } from "./run-op.ts";

const cast = (x: Tensor, to: DType, more: Record<string, number | string> = {}): Tensor =>
  tensorOf("Cast", [x], { to: dtypes[to].code, ...more });

test("every real type casts to every other and keeps small whole numbers", () => {
  const real = (Object.keys(dtypes) as DType[]).filter((dtype) => {
    const { kind } = dtypes[dtype];
    return kind !== "complex" && kind !== "string";
  });
  for (const from of real)
    for (const to of real) {
      // What both types hold exactly: float8e8m0 has powers of two alone, bool 0 and 1, int2 up to 1.
      const x = encodeReals(from, [1], [1]);
      expect(numbers(cast(x, to)), `${from} to ${to}`).toEqual([1]);
    }
});

test("integers wrap to their width, 64-bit ones exactly", () => {
  const x = int64Tensor([300n, -1n, 2n ** 40n + 5n, 2n ** 63n - 1n]);
  expect(numbers(cast(x, "uint8"))).toEqual([44, 255, 5, 255]);
  expect(bigintsOf(cast(x, "uint64"))).toEqual([300n, 2n ** 64n - 1n, 2n ** 40n + 5n, 2n ** 63n - 1n]);
  expect(numbers(cast(x, "int4"))).toEqual([-4, -1, 5, -1]);
  expect(numbers(cast(tensorFromNumbers("int16", [2], [200, -200]), "int8"))).toEqual([-56, 56]);
});

test("floats round to nearest even once and overflow to infinity", () => {
  const x = float([5], [1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, -1e9]);
  expect(numbers(cast(x, "float16"))).toEqual([1, 1 + 2 ** -9, 65504, Infinity, -Infinity]);
  expect(numbers(cast(float([3], [0, -0, 0.3]), "bool"))).toEqual([0, 0, 1]);
  expect(numbers(cast(float([3], [1.9, -1.9, 2.5]), "int32"))).toEqual([1, -1, 2]);
});

test("8-bit floats saturate or not, scales round as told", () => {
  const x = float([3], [1000, -Infinity, NaN]);
  expect(numbers(cast(x, "float8e4m3fn"))).toEqual([448, -448, NaN]);
  expect(numbers(cast(x, "float8e4m3fn", { saturate: 0 }))).toEqual([NaN, NaN, NaN]);
  expect(numbers(cast(float([2], [1e6, 3]), "float8e5m2", { saturate: 0 }))).toEqual([Infinity, 3]);
  const scales = float([3], [3, 2.9, 5]);
  expect(numbers(cast(scales, "float8e8m0"))).toEqual([4, 4, 8]);
  expect(numbers(cast(scales, "float8e8m0", { round_mode: "down" }))).toEqual([2, 2, 4]);
  expect(numbers(cast(scales, "float8e8m0", { round_mode: "nearest" }))).toEqual([4, 2, 4]);
});

test("text reads and writes numbers by the specification's rules", () => {
  const text = tensorFromStrings([6], ["3.14", "1e-5", "1E8", "+inf", "-INF", "nan"]);
  expect(numbers(cast(text, "float64"))).toEqual([3.14, 1e-5, 1e8, Infinity, -Infinity, NaN]);
  expect(bigintsOf(cast(tensorFromStrings([2], ["9007199254740993", "-7"]), "int64"))).toEqual([
    9007199254740993n,
    -7n,
  ]);
  expect(() => cast(tensorFromStrings([1], ["Hello World!"]), "float32")).toThrow(RangeError);
  const printed = cast(tensorFromElements("float32", [5], Float32Array.of(0.1, 16777216, -0, Infinity, NaN)), "string");
  expect(stringsOf(printed)).toEqual(["0.1", "16777216", "-0", "INF", "NaN"]);
  expect(stringsOf(cast(int64Tensor([2n ** 63n - 1n]), "string"))).toEqual(["9223372036854775807"]);
});

test("CastLike takes the type of its second input", () => {
  expect(tensorOf("CastLike", [float([1], [2.7]), int64Tensor([0])]).dtype).toBe("int64");
});

test("BitCast keeps the bits and refuses another width", () => {
  const bits = tensorOf("BitCast", [float([1], [1])], { to: dtypes.int32.code }, { opset: 26 });
  expect(numbers(bits)).toEqual([0x3f800000]);
  expect(() => tensorOf("BitCast", [float([1], [1])], { to: dtypes.int64.code }, { opset: 26 })).toThrow(TypeError);
});
