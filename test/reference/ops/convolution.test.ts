import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Tensor } from "../../../src/ir/index.ts";
import {
  fromFloat16Bits,
  sizeOf,
  tensorFromElements,
  tensorFromNumbers,
  toFloat16Bits,
} from "../../../src/ir/index.ts";
import { float, noise, numbers, runOp, tensorOf } from "./run-op.ts";

/** A random convolution of one or two spatial dimensions. */
const geometry = fc.integer({ min: 1, max: 2 }).chain((rank) => {
  const each = (min: number, max: number): fc.Arbitrary<number[]> =>
    fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
  return fc.record({
    spatial: each(5, 8),
    kernel: each(1, 3),
    strides: each(1, 3),
    dilations: each(1, 2),
    before: each(0, 2),
    after: each(0, 2),
    group: fc.integer({ min: 1, max: 2 }),
    batch: fc.integer({ min: 0, max: 2 }),
  });
});

/** Convolution by its definition: every output by itself, over all input coordinates that match. */
function direct(
  x: Tensor,
  w: Tensor,
  shape: readonly number[],
  g: { strides: number[]; dilations: number[]; before: number[]; group: number },
): number[] {
  const [source, weights] = [numbers(x), numbers(w)];
  const at = (data: number[], dims: readonly number[], index: readonly number[]): number => {
    if (index.some((i, axis) => i < 0 || i >= (dims[axis] as number))) return 0;
    return data[index.reduce((position, i, axis) => position * (dims[axis] as number) + i, 0)] as number;
  };
  const unravel = (position: number, dims: readonly number[]): number[] => {
    let rest = position;
    return [...dims]
      .reverse()
      .map((dim) => {
        const i = rest % dim;
        rest = Math.floor(rest / dim);
        return i;
      })
      .reverse();
  };
  return Array.from({ length: sizeOf(shape) }, (_, position) => {
    const [n, m, ...out] = unravel(position, shape) as [number, number, ...number[]];
    const taps = w.shape.slice(1);
    let sum = 0;
    for (let tap = 0; tap < sizeOf(taps); tap++) {
      const [c, ...k] = unravel(tap, taps) as [number, ...number[]];
      const first = Math.floor(m / ((w.shape[0] as number) / g.group)) * (w.shape[1] as number);
      const where = out.map(
        (o, axis) =>
          o * (g.strides[axis] as number) -
          (g.before[axis] as number) +
          (k[axis] as number) * (g.dilations[axis] as number),
      );
      sum += at(source, x.shape, [n, first + c, ...where]) * at(weights, w.shape, [m, c, ...k]);
    }
    return sum;
  });
}

test("Conv is its definition, and ConvTranspose its transpose", () => {
  fc.assert(
    fc.property(geometry, (g) => {
      const x = noise([g.batch, 2 * g.group, ...g.spatial]);
      const w = noise([3 * g.group, 2, ...g.kernel], 2);
      const attributes = {
        strides: g.strides,
        dilations: g.dilations,
        pads: [...g.before, ...g.after],
        group: g.group,
      };
      const y = tensorOf("Conv", [x, w], attributes);
      expect(numbers(y)).toEqual(direct(x, w, y.shape, g));
      // <conv(x), z> = <x, transpose(z)>, where output_padding makes up for what the stride leaves over.
      const z = noise(y.shape, 3);
      const reach = g.spatial.map(
        (dim, i) =>
          dim +
          (g.before[i] as number) +
          (g.after[i] as number) -
          (g.dilations[i] as number) * ((g.kernel[i] as number) - 1) -
          1,
      );
      const output_padding = reach.map((room, i) => room % (g.strides[i] as number));
      const back = tensorOf("ConvTranspose", [z, w], { ...attributes, output_padding });
      expect(back.shape).toEqual(x.shape);
      const product = (a: Tensor, b: Tensor): number =>
        numbers(a).reduce((sum, value, i) => sum + value * (numbers(b)[i] as number), 0);
      expect(product(back, x)).toBeCloseTo(product(y, z), 6);
    }),
    { numRuns: 60 },
  );
});

test("Conv in float16 rounds the sum once", () => {
  const half = (shape: number[], values: number[]): Tensor =>
    tensorFromElements("float16", shape, Uint16Array.from(values, toFloat16Bits));
  const y = tensorOf("Conv", [half([1, 3, 1], [2048, 1, 1]), half([1, 3, 1], [1, 1, 1])]);
  expect(numbers(y)).toEqual([fromFloat16Bits(toFloat16Bits(2050))]);
});

test("auto_pad splits an odd element as its name says", () => {
  const x = float([1, 1, 4], [1, 2, 3, 4]);
  const w = float([1, 1, 2], [1, 10]);
  expect(numbers(tensorOf("Conv", [x, w], { auto_pad: "SAME_UPPER" }))).toEqual([21, 32, 43, 4]);
  expect(numbers(tensorOf("Conv", [x, w], { auto_pad: "SAME_LOWER" }))).toEqual([10, 21, 32, 43]);
  expect(numbers(tensorOf("Conv", [x, w], { auto_pad: "VALID", strides: [2] }))).toEqual([21, 43]);
  const up = tensorOf("ConvTranspose", [float([1, 1, 2], [1, 2]), float([1, 1, 3], [1, 10, 100])], {
    strides: [2],
    output_shape: [4],
  });
  expect(numbers(up)).toEqual([10, 102, 20, 200]);
});

test("DeformConv without offsets is Conv", () => {
  const x = noise([1, 4, 5, 6]);
  const w = noise([2, 4, 3, 2], 2);
  const attributes = { pads: [1, 0, 1, 1], strides: [2, 1] };
  const y = tensorOf("Conv", [x, w], attributes);
  const offsets = float([1, 2 * 12, ...y.shape.slice(2)], new Float64Array(24 * sizeOf(y.shape.slice(2))));
  expect(numbers(tensorOf("DeformConv", [x, w, offsets], { ...attributes, offset_group: 2 }))).toEqual(numbers(y));
});

test("pools round windows up only while they start inside, and crop where the stride exceeds the kernel", () => {
  const x = float([1, 1, 5], [1, 2, 3, 4, 5]);
  const pool = (attributes: Record<string, number | string | number[]>): number[] =>
    numbers(tensorOf("MaxPool", [x], attributes));
  expect(pool({ kernel_shape: [2], strides: [2] })).toEqual([2, 4]);
  expect(pool({ kernel_shape: [2], strides: [2], ceil_mode: 1 })).toEqual([2, 4, 5]);
  expect(pool({ kernel_shape: [1], strides: [5], pads: [0, 1], ceil_mode: 1 })).toEqual([1]);
  expect(pool({ kernel_shape: [1], strides: [3], auto_pad: "SAME_UPPER" })).toEqual([1, 4]);
  // One element is cropped at each end, as onnxruntime does.
  expect(
    numbers(
      tensorOf("MaxPool", [float([1, 1, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8])], {
        kernel_shape: [1],
        strides: [3],
        auto_pad: "SAME_UPPER",
      }),
    ),
  ).toEqual([1, 4, 7]);
  const average = (more: Record<string, number>): number[] =>
    numbers(tensorOf("AveragePool", [x], { kernel_shape: [2], strides: [2], pads: [1, 1], ...more }));
  expect(average({})).toEqual([1, 2.5, 4.5]);
  expect(average({ count_include_pad: 1 })).toEqual([0.5, 2.5, 4.5]);
  expect(average({ count_include_pad: 1, ceil_mode: 1 })).toEqual([0.5, 2.5, 4.5]);
});

test("MaxPool gives indices in the whole input, by rows or by columns, and MaxUnpool puts them back", () => {
  const x = float([1, 2, 2, 3], [1, 9, 2, 3, 4, 5, 8, 1, 1, 1, 1, 7]);
  const attributes = { kernel_shape: [2, 2] };
  const [y, rows] = runOp("MaxPool", [x], attributes, { outputs: 2 });
  expect(numbers(rows)).toEqual([1, 1, 6, 11]);
  const [, columns] = runOp("MaxPool", [x], { ...attributes, storage_order: 1 }, { outputs: 2 });
  expect(numbers(columns)).toEqual([2, 2, 6, 11]);
  expect(numbers(tensorOf("MaxUnpool", [y, rows], attributes))).toEqual([0, 9, 0, 0, 0, 0, 8, 0, 0, 0, 0, 7]);
  const bytes = tensorFromNumbers("uint8", [1, 1, 3], [200, 255, 3]);
  expect(numbers(tensorOf("MaxPool", [bytes], { kernel_shape: [3] }))).toEqual([255]);
});
