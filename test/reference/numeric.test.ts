import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { DType } from "../../src/ir/index.ts";
import { dtypes, numbersOf, tensorFromElements } from "../../src/ir/index.ts";
import type { SmallFloat } from "../../src/reference/numeric.ts";
import {
  broadcastIndices,
  broadcastShapes,
  encodeBigints,
  encodeReals,
  fromSmallFloatBits,
  isSmallFloat,
  pickElements,
  realsOf,
  roundingTo,
  scalarsOf,
  stridedIndices,
  takeElements,
  toSmallFloatBits,
} from "../../src/reference/numeric.ts";

const smallFloats = (Object.keys(dtypes) as DType[]).filter(isSmallFloat);
const codesOf = (dtype: SmallFloat): number[] => Array.from({ length: 1 << dtypes[dtype].bits }, (_, code) => code);

test.each(smallFloats)("every code of %s decodes to a number that encodes to itself", (dtype) => {
  for (const code of codesOf(dtype)) {
    const value = fromSmallFloatBits(dtype, code);
    const again = toSmallFloatBits(dtype, value, { saturate: false });
    if (Number.isNaN(value)) expect(fromSmallFloatBits(dtype, again)).toBeNaN();
    else expect([code, again, value]).toEqual([code, code, value]);
  }
});

test.each(smallFloats.filter((dtype) => dtype !== "float8e8m0"))(
  "%s takes the nearest number, ties to even",
  (dtype) => {
    const finite = codesOf(dtype)
      .map((code) => [code, fromSmallFloatBits(dtype, code)] as const)
      .filter(([, value]) => Number.isFinite(value));
    const largest = Math.max(...finite.map(([, value]) => value));
    fc.assert(
      fc.property(fc.double({ min: -largest, max: largest, noNaN: true }), (x) => {
        const code = toSmallFloatBits(dtype, x);
        const distance = Math.abs(fromSmallFloatBits(dtype, code) - x);
        const nearest = finite.filter(([, value]) => Math.abs(value - x) <= distance);
        const closer = nearest.filter(([, value]) => Math.abs(value - x) < distance);
        const tied = new Set(nearest.map(([, value]) => value)).size > 1;
        expect(closer).toEqual([]);
        if (tied) expect(code & 1).toBe(0);
      }),
    );
  },
);

test("out of range saturates, or becomes what the type has for it", () => {
  const cases: [SmallFloat, number, number][] = [
    ["float8e4m3fn", 448, NaN],
    ["float8e4m3fnuz", 240, NaN],
    ["float8e5m2", 57344, Infinity],
    ["float8e5m2fnuz", 57344, NaN],
    ["float4e2m1", 6, 6],
  ];
  for (const [dtype, largest, beyond] of cases) {
    for (const x of [1e6, Infinity]) {
      expect(fromSmallFloatBits(dtype, toSmallFloatBits(dtype, x))).toBe(largest);
      expect(fromSmallFloatBits(dtype, toSmallFloatBits(dtype, -x))).toBe(-largest);
      expect(fromSmallFloatBits(dtype, toSmallFloatBits(dtype, x, { saturate: false }))).toBe(beyond);
    }
  }
});

test("float8e8m0 rounds to a power of two as asked", () => {
  const rounded = (x: number, scaleRounding: "up" | "down" | "nearest"): number =>
    fromSmallFloatBits("float8e8m0", toSmallFloatBits("float8e8m0", x, { scaleRounding }));
  expect([rounded(5, "up"), rounded(5, "down"), rounded(5, "nearest"), rounded(6, "nearest")]).toEqual([8, 4, 4, 8]);
  expect(rounded(4, "up")).toBe(4);
});

test("float16 decoding through float32 bits agrees with the definition for every code", () => {
  const values = realsOf(
    tensorFromElements(
      "float16",
      [65536],
      Uint16Array.from({ length: 65536 }, (_, i) => i),
    ),
  );
  const expected = Float64Array.from({ length: 65536 }, (_, code) => {
    const [sign, exponent, fraction] = [code >> 15 ? -1 : 1, (code >> 10) & 31, (code & 1023) / 1024];
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
  });
  expect(values).toEqual(expected);
});

test("64-bit integers keep every bit; encoding wraps", () => {
  const values = [2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n];
  expect([...(scalarsOf(encodeBigints("int64", [3], values)) as BigInt64Array)]).toEqual(values);
  expect([...realsOf(encodeBigints("int8", [2], [257n, -1n]))]).toEqual([1, -1]);
  expect([...realsOf(encodeReals("uint2", [3], [5, -1, 2]))]).toEqual([1, 3, 2]);
});

test("rounding to bfloat16 and float16 is what a tensor of the type holds", () => {
  for (const dtype of ["float16", "bfloat16", "float32"] as const) {
    fc.assert(
      fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), (x) => {
        expect(roundingTo(dtype)(x)).toBe(realsOf(encodeReals(dtype, [1], [x]))[0]);
      }),
    );
  }
});

test("strided positions are those of nested loops", () => {
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(shape, fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 }), (dims, strides) => {
      let expected = [100];
      dims.forEach((dim, axis) => {
        expected = expected.flatMap((at) => Array.from({ length: dim }, (_, k) => at + k * (strides[axis] as number)));
      });
      expect([...stridedIndices(dims, strides, 100)]).toEqual(expected);
    }),
  );
});

test("shapes broadcast as numpy's do, or throw", () => {
  expect(broadcastShapes([2, 1, 3], [4, 1], [])).toEqual([2, 4, 3]);
  expect(broadcastShapes([1], [0])).toEqual([0]);
  expect(() => broadcastShapes([2], [3])).toThrow(RangeError);
  expect([...(broadcastIndices([2, 1], [2, 3]) ?? [])]).toEqual([0, 0, 0, 1, 1, 1]);
  expect(broadcastIndices([2, 3], [2, 3])).toBeUndefined();
});

test("elements of every type move with their bits untouched", () => {
  for (const dtype of (Object.keys(dtypes) as DType[]).filter((name) => !/string|complex/.test(name))) {
    const source = encodeReals(dtype, [4], [0, 1, 1, 0]);
    const moved = takeElements(source, [2, 2], [1, 0, -1, 2]);
    expect([dtype, ...realsOf(moved)]).toEqual([
      dtype,
      ...[1, 0, 0, 1].map((x) => realsOf(encodeReals(dtype, [1], [x]))[0]),
    ]);
  }
  const nan = tensorFromElements("float32", [1], new Float32Array(Uint32Array.of(0x7fa00001).buffer));
  expect([...takeElements(nan, [1], [0]).bytes()]).toEqual([...nan.bytes()]);
  const [a, b] = [encodeReals("int8", [2], [1, 2]), encodeReals("int8", [2], [3, 4])];
  expect([...realsOf(pickElements([a, b], [3], [1, 0, 1], [1, 0, 0]))]).toEqual([4, 1, 2]);
});

test.each<[DType, bigint, number]>([
  ["float32", 2n ** 60n + 2n ** 36n + 1n, 2 ** 60 + 2 ** 37],
  ["float32", -(2n ** 60n + 2n ** 36n + 1n), -(2 ** 60 + 2 ** 37)],
  ["float32", 2n ** 60n + 2n ** 36n, 2 ** 60],
  ["float32", 2n ** 60n + 3n * 2n ** 36n - 1n, 2 ** 60 + 2 ** 37],
  ["float32", 2n ** 53n + 2n ** 29n + 1n, 2 ** 53 + 2 ** 30],
  ["float64", 2n ** 60n + 2n ** 36n + 1n, 2 ** 60 + 2 ** 36],
])("a 64-bit integer is rounded to %s once: %s", (dtype, value, expected) => {
  expect(Array.from(numbersOf(encodeBigints(dtype, [1], [value])))).toEqual([expected]);
});
