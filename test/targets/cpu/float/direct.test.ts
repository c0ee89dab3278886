import { expect, test } from "vitest";
import type { FloatConvWorkload } from "../../../../targets/cpu/float-workload.ts";
import { directF32 } from "../../../../targets/cpu/templates/float/direct.ts";
import { expectedFloatConv, fillFloatConv } from "./random-conv.ts";
import type { Choices } from "./random-float.ts";
import { choices, deviation, devices, randomPoint, runFloat } from "./random-float.ts";

function randomWorkload({ below, pick, strides, epilogue }: Choices): FloatConvWorkload {
  const pointwise = below(3) === 0;
  const side = (): number => (pointwise ? 1 : pick([1, 2, 3, 3, 5]));
  const kernel = [side(), side()] as const;
  const stride = [pick([1, 1, 2, 3]), pick([1, 1, 2, 3])] as const;
  const dilation = [pick([1, 1, 1, 2]), pick([1, 1, 1, 2])] as const;
  const [rows, columns] = below(5) === 0 ? [1, 1] : [1 + below(6), 1 + below(pick([4, 9, 20]))];
  const inputs = pick([1, 2, 3, 4, 5, 8, 16, 24, 33]);
  const outputs = pick([1, 3, 7, 8, 9, 16, 17, 24, 32, 40, 63, 64, 65, 130]);
  const across = (columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  return {
    op: "conv-f32",
    ...{ rows, columns, inputs, outputs },
    window: { kernel, stride, dilation },
    weights: kernel[0] * kernel[1] === 1 ? pick(["oihw", "io"] as const) : "oihw",
    bias: below(4) > 0,
    x: strides(across, inputs),
    y: strides(columns, outputs),
    epilogue: epilogue(columns, outputs),
  };
}

for (const { device, runs } of devices)
  test.skipIf(!runs)(`direct-f32 with ${device.name}: within 1e-5 of the oracle on 400 workloads and points`, () => {
    for (let seed = 1; seed <= 400; seed++) {
      const source = choices(seed);
      const workload = randomWorkload(source);
      const operands = fillFloatConv(workload, source);
      const expected = expectedFloatConv(workload, operands);
      const point = randomPoint(directF32, workload, device, source);
      const { x, residual, weights, bias } = operands;
      const y = runFloat(
        directF32.emit(workload, point, device),
        { x, residual },
        { weights, bias },
        { threads: 1 + (seed % 2), length: expected.length },
      );
      // Outputs that nearly all sit at a bound vary less than the sums they come from, whose size is one.
      const error = deviation(y, expected, 1);
      expect(error, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeLessThan(1e-5);
    }
  });
