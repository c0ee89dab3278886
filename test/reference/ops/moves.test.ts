import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { DType, Tensor } from "../../../src/ir/index.ts";
import {
  byteLengthOf,
  dtypes,
  equalTensors,
  int64Tensor,
  sizeOf,
  stringsOf,
  tensorFromBytes,
  tensorFromStrings,
} from "../../../src/ir/index.ts";
import { runOp, tensorOf, float, numbers } from "./run-op.ts";

const max = Number.MAX_SAFE_INTEGER;
const min = Number.MIN_SAFE_INTEGER;

/** A tensor of any type whose bits all differ from place to place as far as they can. */
function anyTensor(dtype: DType, shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  if (dtype === "string")
    return tensorFromStrings(
      shape,
      Array.from({ length: size }, (_, i) => `é${i}`),
    );
  const bits = dtypes[dtype].bits * size;
  const bytes = Uint8Array.from({ length: byteLengthOf(dtype, size) }, (_, i) => (i * 37 + 5) & 0xff);
  // The unused bits of the last byte of a packed type are zero.
  if (bits % 8 !== 0) bytes[bytes.length - 1] = (bytes.at(-1) as number) & ((1 << (bits % 8)) - 1);
  return tensorFromBytes(dtype, shape, bytes);
}

const anyType = fc.constantFrom(...(Object.keys(dtypes) as DType[]));
const anyShape = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });

test("moving elements forth and back leaves every bit of every type as it was", () => {
  fc.assert(
    fc.property(anyType, anyShape, fc.nat(), (dtype, shape, pick) => {
      const x = anyTensor(dtype, shape);
      const axis = pick % shape.length;
      const perm = shape.map((_, i) => (i + pick) % shape.length);
      const inverse = perm.map((_, i) => perm.indexOf(i));
      const back = tensorOf("Transpose", [tensorOf("Transpose", [x], { perm })], { perm: inverse });
      expect(equalTensors(back, x)).toBe(true);
      const dim = shape[axis] as number;
      const cut = Math.floor(dim / 2);
      const parts = runOp("Split", [x, int64Tensor([cut, dim - cut])], { axis }, { outputs: 2 });
      expect(equalTensors(tensorOf("Concat", parts, { axis }), x)).toBe(true);
      const all = int64Tensor(Array.from({ length: dim }, (_, i) => i - dim));
      expect(equalTensors(tensorOf("Gather", [x, all], { axis }), x)).toBe(true);
      const twice = tensorOf("Slice", [
        x,
        int64Tensor([max]),
        int64Tensor([min]),
        int64Tensor([axis]),
        int64Tensor([-1]),
      ]);
      const again = tensorOf("Slice", [
        twice,
        int64Tensor([max]),
        int64Tensor([min]),
        int64Tensor([axis]),
        int64Tensor([-1]),
      ]);
      expect(equalTensors(again, x)).toBe(true);
      const pads = shape.map((_, i) => (i === axis ? 2 : 0));
      const padded = tensorOf("Pad", [x, int64Tensor([...pads, ...pads])]);
      expect(padded.shape).toEqual(shape.with(axis, dim + 4));
      const removed = tensorOf("Pad", [padded, int64Tensor([...pads, ...pads].map((pad) => -pad))]);
      expect(equalTensors(removed, x)).toBe(true);
    }),
  );
});

test("Slice clamps sentinels of either sign, as the specification words it", () => {
  const x = float([5], [0, 1, 2, 3, 4]);
  const slice = (start: number, end: number, step: number): number[] =>
    numbers(tensorOf("Slice", [x, int64Tensor([start]), int64Tensor([end]), int64Tensor([0]), int64Tensor([step])]));
  expect(slice(1, max, 1)).toEqual([1, 2, 3, 4]);
  expect(slice(-2, max, 1)).toEqual([3, 4]);
  expect(slice(max, min, -2)).toEqual([4, 2, 0]);
  expect(slice(-100, 3, 1)).toEqual([0, 1, 2]);
  expect(slice(-100, -200, -1)).toEqual([0]);
  expect(slice(3, 1, 1)).toEqual([]);
  expect(numbers(tensorOf("Slice", [x], { starts: [-3], ends: [-1] }, { opset: 9 }))).toEqual([2, 3]);
});

test("forms with attributes give what the forms with inputs give", () => {
  const x = float([1, 4, 1], [1, 2, 3, 4]);
  expect(tensorOf("Squeeze", [x], { axes: [0, -1] }, { opset: 11 }).shape).toEqual([4]);
  expect(tensorOf("Squeeze", [x, int64Tensor([-1])]).shape).toEqual([1, 4]);
  expect(tensorOf("Squeeze", [x]).shape).toEqual([4]);
  expect(tensorOf("Unsqueeze", [x], { axes: [-1, 0] }, { opset: 11 }).shape).toEqual([1, 1, 4, 1, 1]);
  expect(tensorOf("Unsqueeze", [x, int64Tensor([2, 1])]).shape).toEqual([1, 1, 1, 4, 1]);
  expect(tensorOf("Reshape", [x], { shape: [2, -1] }, { opset: 1 }).shape).toEqual([2, 2]);
  const [first, second] = runOp("Split", [x], { axis: 1, split: [1, 3] }, { opset: 2, outputs: 2 });
  expect([numbers(first), numbers(second)]).toEqual([[1], [2, 3, 4]]);
  const padded = tensorOf("Pad", [x], { pads: [0, 1, 0, 0, -2, 0], value: 0.5 }, { opset: 2 });
  expect(numbers(padded)).toEqual([0.5, 1, 2]);
});

test("Reshape copies zero dimensions unless allowzero is set", () => {
  const empty = float([0, 3, 4], []);
  expect(tensorOf("Reshape", [empty, int64Tensor([0, 12])]).shape).toEqual([0, 12]);
  expect(tensorOf("Reshape", [empty, int64Tensor([12, 0])], { allowzero: 1 }).shape).toEqual([12, 0]);
  expect(() => tensorOf("Reshape", [float([4], [1, 2, 3, 4]), int64Tensor([3])])).toThrow(RangeError);
  expect(() => tensorOf("Reshape", [float([4], [1, 2, 3, 4]), int64Tensor([3, -1])])).toThrow(RangeError);
});

test("Split gives the last part what is left since opset 18, and refuses before", () => {
  const x = float([7], [0, 1, 2, 3, 4, 5, 6]);
  const parts = runOp("Split", [x], { num_outputs: 3 }, { opset: 18, outputs: 3 });
  expect(parts.map(numbers)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  expect(() => runOp("Split", [x], {}, { opset: 13, outputs: 2 })).toThrow(RangeError);
});

test("Pad extends what is left after removing, in every mode", () => {
  const x = float([4], [1, 2, 3, 4]);
  const pad = (mode: string, before: number, after: number): number[] =>
    numbers(tensorOf("Pad", [x, int64Tensor([before, after])], { mode }));
  expect(pad("reflect", 3, 5)).toEqual([4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3]);
  expect(pad("edge", 2, -1)).toEqual([1, 1, 1, 2, 3]);
  expect(pad("wrap", 5, 1)).toEqual([4, 1, 2, 3, 4, 1, 2, 3, 4, 1]);
  expect(pad("reflect", -1, 2)).toEqual([2, 3, 4, 3, 2]);
});

test("scattering wraps integers, keeps 64-bit ones exact and takes updates in order", () => {
  const int32 = (values: number[]): Tensor =>
    tensorFromBytes("int32", [values.length], new Uint8Array(Int32Array.from(values).buffer));
  const at = int64Tensor([0, -2]);
  const product = tensorOf("ScatterElements", [int32([65537, 3]), at, int32([65537, 5])], { reduction: "mul" });
  expect(numbers(product)).toEqual([Math.imul(Math.imul(65537, 65537), 5), 3]);
  const big = int64Tensor([2n ** 62n, 0n]);
  const sum = tensorOf("ScatterElements", [big, int64Tensor([0]), int64Tensor([1n])], { reduction: "add" });
  expect(equalTensors(sum, int64Tensor([2n ** 62n + 1n, 0n]))).toBe(true);
  expect(numbers(tensorOf("Scatter", [float([2], [1, 2]), at, float([2], [5, 6])], {}, { opset: 9 }))).toEqual([6, 2]);
});

test("indices out of range are refused, not wrapped", () => {
  const x = float([2, 2], [1, 2, 3, 4]);
  expect(() => tensorOf("Gather", [x, int64Tensor([2])])).toThrow(RangeError);
  expect(() => tensorOf("GatherND", [x, int64Tensor([0, -3], [1, 2])])).toThrow(RangeError);
  expect(() => tensorOf("GatherElements", [x, int64Tensor([0, 2], [1, 2])])).toThrow(RangeError);
});

test("empty tensors pass through every way of moving", () => {
  const empty = float([0, 3], []);
  expect(tensorOf("Tile", [empty, int64Tensor([2, 0])]).shape).toEqual([0, 0]);
  expect(tensorOf("Expand", [float([3, 1], [1, 2, 3]), int64Tensor([0, 3, 4])]).shape).toEqual([0, 3, 4]);
  expect(tensorOf("NonZero", [empty]).shape).toEqual([2, 0]);
  expect(tensorOf("NonZero", [float([], [3])]).shape).toEqual([0, 1]);
  expect(tensorOf("GatherND", [float([2, 3], [1, 2, 3, 4, 5, 6]), int64Tensor([], [0, 2])]).shape).toEqual([0]);
  expect(tensorOf("Compress", [empty, tensorFromBytes("bool", [1], Uint8Array.of(1))], { axis: 0 }).shape).toEqual([
    0, 3,
  ]);
  expect(tensorOf("OneHot", [int64Tensor([]), int64Tensor([3]), float([2], [0, 1])]).shape).toEqual([0, 3]);
  expect(tensorOf("ConstantOfShape", [int64Tensor([])]).shape).toEqual([]);
  expect(stringsOf(tensorOf("Pad", [tensorFromStrings([0], []), int64Tensor([0, 2])]))).toEqual(["", ""]);
});
