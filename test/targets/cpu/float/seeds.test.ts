import { expect, test } from "vitest";
import type { FloatConvWorkload, FloatDepthwiseWorkload } from "../../../../targets/cpu/float-workload.ts";
import { depthwiseF32 } from "../../../../targets/cpu/templates/float/depthwise.ts";
import { directF32 } from "../../../../targets/cpu/templates/float/direct.ts";
import { winogradF32 } from "../../../../targets/cpu/templates/float/winograd.ts";
import { bf16Device, devices } from "./random-float.ts";

interface Shape {
  readonly side: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
}

function conv({ side, inputs, outputs, kernel, stride = 1 }: Shape): FloatConvWorkload {
  const across = (side - 1) * stride + kernel;
  return {
    ...{ op: "conv-f32", rows: side, columns: side, inputs, outputs, weights: "oihw", bias: true },
    window: { kernel: [kernel, kernel], stride: [stride, stride], dilation: [1, 1] },
    x: { row: across * inputs, pixel: inputs },
    y: { row: side * outputs, pixel: outputs },
    epilogue: { activation: "none", residual: undefined, clamp: true },
  };
}

const layers: readonly Shape[] = [
  { side: 56, inputs: 64, outputs: 64, kernel: 3 },
  { side: 14, inputs: 256, outputs: 256, kernel: 3 },
  { side: 7, inputs: 512, outputs: 512, kernel: 3 },
  { side: 112, inputs: 3, outputs: 64, kernel: 7, stride: 2 },
  { side: 56, inputs: 144, outputs: 24, kernel: 1 },
  { side: 1, inputs: 2048, outputs: 1000, kernel: 1 },
];

for (const { device } of devices)
  test(`the points used without a search are in the space, ${device.name}`, () => {
    for (const layer of layers) {
      const workload = conv(layer);
      const point = directF32.seed(workload, device);
      expect(directF32.space(workload, device).legal(point), JSON.stringify({ layer, point })).toBe(true);
      const { inputs: channels, side } = layer;
      const depthwise: FloatDepthwiseWorkload = { ...conv(layer), op: "depthwise-f32", channels };
      const tile = depthwiseF32.seed(depthwise, device);
      expect(depthwiseF32.space(depthwise, device).legal(tile), JSON.stringify({ side, channels, tile })).toBe(true);
    }
  });

test("Winograd takes what it pays for", () => {
  const [{ device: avx512 }, { device: avx2 }] = devices;
  const takes = (shape: Shape, device = avx512): boolean => winogradF32.matches(conv(shape), device);
  const layer = { side: 28, inputs: 128, outputs: 128, kernel: 3 };
  const point = winogradF32.seed(conv(layer), avx512);
  expect(winogradF32.space(conv(layer), avx512).legal(point)).toBe(true);
  expect(point["tile"]).toBe(4);
  // 36 * 512 * 512 floats are more than three quarters of the third cache, 16 * 512 * 512 are not.
  expect(winogradF32.seed(conv({ ...layer, side: 7, inputs: 512, outputs: 512 }), avx512)["tile"]).toBe(2);
  expect(takes(layer)).toBe(true);
  expect(takes(layer, avx2)).toBe(true);
  expect(winogradF32.space(conv(layer), avx2).legal(winogradF32.seed(conv(layer), avx2))).toBe(true);
  const narrow = (shape: Shape): boolean => winogradF32.matches({ ...conv(shape), op: "conv-bf16" }, bf16Device.device);
  expect(narrow(layer)).toBe(true);
  expect(narrow({ ...layer, side: 7, inputs: 512, outputs: 512 })).toBe(false);
  expect(takes({ ...layer, stride: 2 })).toBe(false);
  expect(takes({ ...layer, kernel: 5 })).toBe(false);
  expect(takes({ ...layer, inputs: 3 })).toBe(false);
  expect(takes({ ...layer, inputs: 1024, outputs: 1024 })).toBe(false);
});

test("the same workload and point give the same code", () => {
  const workload = conv({ side: 14, inputs: 40, outputs: 72, kernel: 3 });
  for (const template of [winogradF32, directF32]) {
    const point = template.seed(workload, devices[0].device);
    const [first, second] = [1, 2].map(() => template.emit(workload, point, devices[0].device));
    expect(first?.code).toEqual(second?.code);
  }
});
