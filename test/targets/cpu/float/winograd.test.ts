import { expect, test } from "vitest";
import type { FloatConvWorkload } from "../../../../targets/cpu/float-workload.ts";
import { winogradF32 } from "../../../../targets/cpu/templates/float/winograd.ts";
import { expectedFloatConv, fillFloatConv } from "./random-conv.ts";
import type { Choices } from "./random-float.ts";
import { choices, deviation, devices, randomPoint, runFloat } from "./random-float.ts";

const { device, runs } = devices[0];

function randomWorkload({ below, pick, strides, epilogue }: Choices): FloatConvWorkload {
  const [rows, columns] = [1 + below(11), 1 + below(11)];
  const [inputs, outputs] = [pick([2, 3, 8, 16, 17, 31, 32, 40]), pick([1, 5, 16, 17, 32, 33, 48, 63, 64, 70])];
  return {
    op: "conv-f32",
    ...{ rows, columns, inputs, outputs },
    window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
    weights: "oihw",
    bias: below(4) > 0,
    x: strides(columns + 2, inputs),
    y: strides(columns, outputs),
    epilogue: epilogue(columns, outputs),
  };
}

test.skipIf(!runs)("winograd-f32: within 1e-4 of the oracle's standard deviation on 500 workloads and points", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const source = choices(seed);
    const workload = randomWorkload(source);
    const operands = fillFloatConv(workload, source);
    const expected = expectedFloatConv(workload, operands);
    const point = randomPoint(winogradF32, workload, device, source);
    const { x, residual, weights, bias } = operands;
    const y = runFloat(
      winogradF32.emit(workload, point, device),
      { x, residual },
      { weights, bias },
      { threads: 1 + (seed % 2), length: expected.length },
    );
    const error = deviation(y, expected);
    expect(error, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeLessThan(1e-4);
  }
});
