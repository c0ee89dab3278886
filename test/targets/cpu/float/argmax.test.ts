import { expect, test } from "vitest";
import type { Kernel } from "../../../../src/codegen/index.ts";
import type {
  ArgmaxWorkload,
  FloatResizeWorkload,
  ResizeArgmaxWorkload,
} from "../../../../targets/cpu/float-workload.ts";
import {
  evaluateArgmax,
  evaluateFloatResize,
  evaluateResizeArgmax,
} from "../../../../targets/cpu/reference/float/resize.ts";
import { argmaxF32 } from "../../../../targets/cpu/templates/float/argmax.ts";
import { resizeArgmaxF32 } from "../../../../targets/cpu/templates/float/resize-argmax.ts";
import { resizeF32 } from "../../../../targets/cpu/templates/float/resize.ts";
import { bytesOf } from "../bytes/random-bytes.ts";
import { runKernel } from "../run-kernel.ts";
import type { Choices } from "./random-float.ts";
import { choices, devices, elementsOf } from "./random-float.ts";

const coordinates = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"] as const;

/** A random linear resize, up, down, or of the same size. */
function randomResize({ below, pick, strides }: Choices): FloatResizeWorkload {
  const [height, width] = [1 + below(9), 1 + below(pick([3, 9, 20]))];
  const channels = pick([1, 2, 3, 7, 8, 15, 16, 17, 21, 24, 40, 64, 65, 133, 272]);
  const [tall, wide] = [pick([0.4, 1, 1.3, 2, 4.7]), pick([0.4, 1, 1.3, 2, 4.7, 9.1])];
  const rows = Math.max(1, Math.floor(height * tall));
  const columns = Math.max(1, Math.floor(width * wide));
  return {
    ...{ op: "resize-f32", coordinates: pick(coordinates), input: [height, width], rows, columns, channels },
    scale: [Math.fround(rows / height), Math.fround(columns / width)],
    x: strides(width, channels),
    y: strides(columns, channels),
  };
}

/** Numbers with equal ones among them; now and then extremes, and none that is a number at all. */
function randomValues({ below, floats, pick }: Choices, count: number): Float32Array {
  const extremes = [0, -0, Infinity, -Infinity, 3.4e38, -3.4e38, 1e-45, NaN];
  const values = floats(count);
  const [coarse, odd] = [below(3) === 0, below(4) === 0];
  return values.map((value) => (odd && below(20) === 0 ? pick(extremes) : coarse ? Math.round(value) : value));
}

function places(workload: ArgmaxWorkload | ResizeArgmaxWorkload): BigInt64Array | Int32Array {
  const pixels = workload.rows * workload.columns;
  return workload.out === "s64" ? new BigInt64Array(pixels) : new Int32Array(pixels);
}

/** What a kernel writes to y, over what stands there. */
function written(kernel: Kernel, x: Float32Array, y: Uint8Array, seed: number): Uint8Array {
  const buffers = { x: bytesOf(x), y };
  return runKernel({ ...kernel, grain: 1 }, buffers, undefined, {}, { threads: 1 + (seed % 3) })["y"] as Uint8Array;
}

for (const { device, runs } of devices) {
  test.skipIf(!runs)(`resize-f32 equals its oracle on 1000 workloads with ${device.name}`, () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const source = choices(seed);
      const resize = randomResize(source);
      const { rows, columns, channels, input } = resize;
      const workload: FloatResizeWorkload = seed % 2 === 0 ? { ...resize, y: "planar" } : resize;
      const x = randomValues(source, elementsOf(...input, channels, workload.x));
      const { y: strides } = workload;
      const elements = strides === "planar" ? rows * columns * channels : elementsOf(rows, columns, channels, strides);
      const y = new Float32Array(elements).fill(7);
      const actual = written(resizeF32.emit(workload, {}, device), x, bytesOf(y), seed);
      evaluateFloatResize(workload, { x, y });
      // One NaN is as good as another.
      const floats = new Float32Array(actual.buffer, actual.byteOffset, y.length);
      const wrong = y.findIndex((value, index) => !Object.is(floats[index], value));
      expect(wrong, `seed ${seed}: ${JSON.stringify(workload)}`).toBe(-1);
    }
  });

  test.skipIf(!runs)(`resize-argmax-f32 equals its oracle on 500 workloads with ${device.name}`, () => {
    for (let seed = 1; seed <= 500; seed++) {
      const source = choices(seed);
      const { y: _, ...resize } = randomResize(source);
      const { kind, out } = { kind: source.pick(["max", "min"] as const), out: source.pick(["s64", "s32"] as const) };
      const workload: ResizeArgmaxWorkload = { ...resize, op: "resize-argmax-f32", kind, out };
      const x = randomValues(source, elementsOf(...workload.input, workload.channels, workload.x));
      const y = places(workload);
      const actual = written(resizeArgmaxF32.emit(workload, {}, device), x, bytesOf(y), seed);
      evaluateResizeArgmax(workload, { x, y });
      expect(Buffer.compare(actual, bytesOf(y)), `seed ${seed}: ${JSON.stringify(workload)}`).toBe(0);
    }
  });

  test.skipIf(!runs)(`argmax-f32 equals its oracle on 500 workloads with ${device.name}`, () => {
    for (let seed = 1; seed <= 500; seed++) {
      const source = choices(seed);
      const [rows, columns] = [1 + source.below(5), 1 + source.below(9)];
      const channels = source.pick([1, 2, 3, 7, 8, 9, 15, 16, 17, 21, 31, 32, 33, 64, 150, 1000]);
      const workload: ArgmaxWorkload = {
        ...{ op: "argmax-f32", rows, columns, channels, x: source.strides(columns, channels) },
        kind: source.pick(["max", "min"]),
        out: source.pick(["s64", "s32"]),
      };
      const x = randomValues(source, elementsOf(rows, columns, channels, workload.x));
      const y = places(workload);
      const actual = written(argmaxF32.emit(workload, {}, device), x, bytesOf(y), seed);
      evaluateArgmax(workload, { x, y });
      expect(Buffer.compare(actual, bytesOf(y)), `seed ${seed}: ${JSON.stringify(workload)}`).toBe(0);
    }
  });
}
