import { expect, test } from "vitest";
import type { Bf16ConvWorkload, FloatConvWorkload, FloatEpilogue } from "../../../../targets/cpu/float-workload.ts";
import { roundedToBf16 } from "../../../../targets/cpu/reference/float/bfloat16.ts";
import { winogradF32 } from "../../../../targets/cpu/templates/float/winograd.ts";
import { expectedFloatConv, fillFloatConv } from "./random-conv.ts";
import type { Choices } from "./random-float.ts";
import { bf16Device, choices, deviation, devices, randomPoint, runFloat } from "./random-float.ts";

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

for (const { device, runs } of devices)
  test.skipIf(!runs)(
    `winograd-f32 with ${device.name}: within 1e-4 of the oracle's standard deviation on 500 workloads and points`,
    () => {
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
    },
  );

test.skipIf(!bf16Device.runs)("winograd-f32 between tensors of bfloat16: within 1e-4 and their rounding on 200", () => {
  const { device } = bf16Device;
  for (let seed = 1; seed <= 200; seed++) {
    const source = choices(seed);
    const single = randomWorkload(source);
    const { residual: added, ...rest } = single.epilogue;
    const [narrowSum, narrowResidual] = [source.below(3) > 0, source.below(2) > 0];
    const epilogue: FloatEpilogue = {
      ...rest,
      residual: added === undefined || !narrowResidual ? added : { ...added, from: "bf16" },
      ...(narrowSum ? { out: "bf16" } : {}),
    };
    const workload: Bf16ConvWorkload = { ...single, op: "conv-bf16", epilogue };
    const filled = fillFloatConv(single, source);
    const { weights, bias } = filled;
    const x = roundedToBf16(filled.x);
    const residual =
      filled.residual === undefined || !narrowResidual ? filled.residual : roundedToBf16(filled.residual);
    const expected = expectedFloatConv(single, { x, residual, weights, bias });
    const point = randomPoint(winogradF32, workload, device, source);
    const y = runFloat(
      winogradF32.emit(workload, point, device),
      { x, residual },
      { weights, bias },
      {
        ...{ threads: 1 + (seed % 2), length: expected.length },
        bf16: ["x", ...(narrowResidual ? ["residual"] : []), ...(narrowSum ? ["y"] : [])],
      },
    );
    const error = deviation(y, expected, undefined, narrowSum ? 2 ** -8 : 0);
    expect(error, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeLessThan(1e-4);
  }
});
