import { expect, test } from "vitest";
import type { Kernel } from "../../../../src/codegen/index.ts";
import type { WorkloadCase } from "../../../../src/schedule/index.ts";
import type {
  Bf16ConvWorkload,
  FloatConvWorkload,
  FloatDepthwiseWorkload,
} from "../../../../targets/cpu/float-workload.ts";
import { floatCase } from "../../../../targets/cpu/cases/float-case.ts";
import { depthwiseF32 } from "../../../../targets/cpu/templates/float/depthwise.ts";
import { directBf16, directF32 } from "../../../../targets/cpu/templates/float/direct.ts";
import { winogradF32 } from "../../../../targets/cpu/templates/float/winograd.ts";
import { runKernel } from "../run-kernel.ts";
import { bf16Device, devices } from "./random-float.ts";

const { device, runs } = devices[0];

const common = {
  ...{ rows: 30, columns: 30, bias: true },
  window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
  epilogue: { activation: "silu", residual: undefined, clamp: true },
} as const;
const conv: FloatConvWorkload = {
  ...{ op: "conv-f32", ...common, inputs: 64, outputs: 48, weights: "oihw" },
  x: { row: 32 * 64, pixel: 64 },
  y: { row: 30 * 48, pixel: 48 },
};
const depthwise: FloatDepthwiseWorkload = {
  ...{ op: "depthwise-f32", ...common, channels: 40 },
  x: { row: 32 * 40, pixel: 40 },
  y: { row: 30 * 40, pixel: 40 },
};

/** What a kernel makes of a case. */
function resultOf(kernel: Kernel, { buffers, parameters, constants }: WorkloadCase): Uint8Array {
  const sized = Object.fromEntries(
    kernel.arguments.flatMap(({ name, bytes }) => {
      const buffer = buffers[name];
      return buffer === undefined ? [] : [[name, buffer.subarray(0, bytes)]];
    }),
  );
  return runKernel(kernel, sized, parameters, constants)["y"] as Uint8Array;
}

test.skipIf(!runs)("a case accepts what kernels compute, and refuses one element that is off", () => {
  for (const [workload, kernel] of [
    [conv, winogradF32.emit(conv, winogradF32.seed(conv, device), device)],
    [conv, directF32.emit(conv, directF32.seed(conv, device), device)],
    [depthwise, depthwiseF32.emit(depthwise, depthwiseF32.seed(depthwise, device), device)],
  ] as const) {
    const sample = floatCase(workload, 1);
    const y = resultOf(kernel, sample);
    expect(sample.expected({ y }, "bounded"), kernel.name).toBeUndefined();
    const wrong = new Float32Array(y.slice().buffer);
    wrong[0] = (wrong[0] as number) + 2e-4;
    expect(sample.expected({ y: new Uint8Array(wrong.buffer) }, "bounded")).toMatch(/^row 0, column 0, channel 0/);
  }
});

test.skipIf(!bf16Device.runs)(
  "a case in bfloat16 accepts all kernels for it, and refuses one that is three places off",
  () => {
    const { device: narrow } = bf16Device;
    const residual = { row: 30 * 48, pixel: 48, from: "bf16" } as const;
    const workload: Bf16ConvWorkload = {
      ...conv,
      op: "conv-bf16",
      epilogue: { ...conv.epilogue, residual, out: "bf16" },
    };
    const sample = floatCase(workload, 1);
    for (const kernel of [
      winogradF32.emit(workload, winogradF32.seed(workload, narrow), narrow),
      directBf16.emit(workload, directBf16.seed(workload, narrow), narrow),
    ]) {
      const y = resultOf(kernel, sample);
      expect(sample.expected({ y }, "bounded"), kernel.name).toBeUndefined();
      const wrong = new Uint16Array(y.slice().buffer);
      wrong[0] = (wrong[0] as number) + 3;
      expect(sample.expected({ y: new Uint8Array(wrong.buffer) }, "bounded")).toMatch(/^row 0, column 0, channel 0/);
    }
  },
);
