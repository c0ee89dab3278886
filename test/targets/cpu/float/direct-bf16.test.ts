import { expect, test } from "vitest";
import type { Bf16ConvWorkload, FloatConvWorkload } from "../../../../targets/cpu/float-workload.ts";
import { roundedToBf16 } from "../../../../targets/cpu/reference/float/bfloat16.ts";
import { directBf16 } from "../../../../targets/cpu/templates/float/direct.ts";
import { expectedFloatConv, fillFloatConv } from "./random-conv.ts";
import type { Choices } from "./random-float.ts";
import { bf16Device, choices, deviation, devices, randomPoint, runFloat } from "./random-float.ts";

const { device, runs } = bf16Device;
if (!runs) console.warn("sums of bfloat16 are not tested: this CPU has no AVX512_BF16, or there is no host library");

function randomWorkload({ below, pick, strides, epilogue }: Choices): Bf16ConvWorkload {
  const pointwise = below(3) === 0;
  const side = (): number => (pointwise ? 1 : pick([1, 2, 3, 3, 5]));
  const kernel = [side(), side()] as const;
  const stride = [pick([1, 1, 2, 3]), pick([1, 1, 2, 3])] as const;
  const dilation = [pick([1, 1, 1, 2]), pick([1, 1, 1, 2])] as const;
  const [rows, columns] = below(5) === 0 ? [1, 1] : [1 + below(6), 1 + below(pick([4, 9, 20]))];
  const inputs = pick([2, 4, 6, 8, 16, 24, 32, 34, 66]);
  const outputs = pick([1, 3, 7, 8, 9, 16, 17, 24, 32, 40, 63, 64, 65, 130]);
  const across = (columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  const half = strides(across, inputs / 2);
  const { residual, ...rest } = epilogue(columns, outputs);
  return {
    op: "conv-bf16",
    ...{ rows, columns, inputs, outputs },
    window: { kernel, stride, dilation },
    weights: kernel[0] * kernel[1] === 1 ? pick(["oihw", "io"] as const) : "oihw",
    bias: below(4) > 0,
    x: { row: 2 * half.row, pixel: 2 * half.pixel },
    y: strides(columns, outputs),
    epilogue: {
      ...rest,
      residual: residual === undefined || below(2) === 0 ? residual : { ...residual, from: "bf16" },
      ...(below(2) === 0 ? {} : { out: "bf16" }),
    },
  };
}

test.skipIf(!runs)("direct-bf16: within 1e-5 of the sums of rounded operands on 600 workloads and points", () => {
  for (let seed = 1; seed <= 600; seed++) {
    const source = choices(seed);
    const workload = randomWorkload(source);
    const { residual: added, out } = workload.epilogue;
    const single: FloatConvWorkload = { ...workload, op: "conv-f32" };
    const filled = fillFloatConv(single, source);
    const { weights, bias } = filled;
    const x = roundedToBf16(filled.x);
    const residual =
      added?.from === "bf16" && filled.residual !== undefined ? roundedToBf16(filled.residual) : filled.residual;
    const expected = expectedFloatConv(single, { x, residual, bias, weights: roundedToBf16(weights) });
    const point = randomPoint(directBf16, workload, device, source);
    const bf16 = ["x", ...(added?.from === "bf16" ? ["residual"] : []), ...(out === "bf16" ? ["y"] : [])];
    const y = runFloat(
      directBf16.emit(workload, point, device),
      { x, residual },
      { weights, bias },
      { threads: 1 + (seed % 2), length: expected.length, bf16 },
    );
    // Half a unit in the last of eight bits is at most 2^-8 of the value.
    const error = deviation(y, expected, 1, out === "bf16" ? 2 ** -8 : 0);
    expect(error, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeLessThan(1e-5);
  }
});

test("only devices with BF16 have kernels for it", () => {
  const workload = randomWorkload(choices(1));
  expect(directBf16.matches(workload, device)).toBe(true);
  for (const { device: without } of devices) expect(directBf16.matches(workload, without)).toBe(false);
});

test("the point used without a search is in the space", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const workload = randomWorkload(choices(seed));
    expect(directBf16.space(workload, device).legal(directBf16.seed(workload, device))).toBe(true);
  }
});
