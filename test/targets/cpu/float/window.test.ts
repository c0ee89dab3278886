import { expect, test } from "vitest";
import type {
  FloatDepthwiseWorkload,
  FloatEpilogue,
  FloatPoolWorkload,
} from "../../../../targets/cpu/float-workload.ts";
import { evaluateFloatDepthwise } from "../../../../targets/cpu/reference/float/depthwise.ts";
import { evaluateFloatPool } from "../../../../targets/cpu/reference/float/pool.ts";
import { depthwiseF32 } from "../../../../targets/cpu/templates/float/depthwise.ts";
import { poolF32 } from "../../../../targets/cpu/templates/float/pool.ts";
import type { Choices } from "./random-float.ts";
import {
  bf16Device,
  choices,
  deviation,
  devices,
  elementsOf,
  functionParameters,
  randomPoint,
  runFloat,
} from "./random-float.ts";

type Extents = Pick<FloatDepthwiseWorkload, "rows" | "columns" | "channels" | "window" | "x" | "y">;

function randomWindow({ below, pick, strides }: Choices, sides: readonly number[]): Extents {
  const kernel = [pick(sides), pick(sides)] as const;
  const stride = [pick([1, 1, 2, 3]), pick([1, 1, 2, 3])] as const;
  const dilation = [pick([1, 1, 1, 2]), pick([1, 1, 1, 2])] as const;
  const [rows, columns] = [1 + below(6), 1 + below(pick([3, 9, 20]))];
  const channels = pick([1, 3, 7, 8, 15, 16, 17, 24, 32, 40, 64, 72]);
  const across = (columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  const window = { kernel, stride, dilation };
  return { rows, columns, channels, window, x: strides(across, channels), y: strides(columns, channels) };
}

function inputElements({ rows, columns, channels, window: { kernel, stride, dilation }, x }: Extents): number {
  const reach = (axis: 0 | 1, count: number): number =>
    (count - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
  return elementsOf(reach(0, rows), reach(1, columns), channels, x);
}

const nothing = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);

for (const { device, runs } of [...devices, bf16Device]) {
  test.skipIf(!runs)(`depthwise-f32 with ${device.name}: within 1e-5 of the oracle on 400 workloads and points`, () => {
    for (let seed = 1; seed <= 400; seed++) {
      const source = choices(seed);
      const extents = randomWindow(source, [1, 2, 3, 3, 5, 7]);
      const { rows, columns, channels, window, y } = extents;
      const bias = source.below(4) > 0;
      const narrow = device === bf16Device.device && source.below(4) > 0;
      const epilogue: FloatEpilogue = { ...source.epilogue(columns, channels), ...(narrow ? { out: "bf16" } : {}) };
      const workload: FloatDepthwiseWorkload = { op: "depthwise-f32", ...extents, bias, epilogue };
      const taps = window.kernel[0] * window.kernel[1];
      const operands = {
        x: source.floats(inputElements(extents)),
        weights: source.floats(channels * taps, 1 / Math.sqrt(taps)),
        bias: bias ? source.floats(channels) : undefined,
        residual:
          epilogue.residual === undefined
            ? undefined
            : source.floats(elementsOf(rows, columns, channels, epilogue.residual)),
      };
      const expected = nothing(elementsOf(rows, columns, channels, y));
      evaluateFloatDepthwise(workload, { ...operands, y: expected }, functionParameters);
      const point = randomPoint(depthwiseF32, workload, device, source);
      const kernel = depthwiseF32.emit(workload, point, device);
      const { x, residual, ...constants } = operands;
      const run = { threads: 1 + (seed % 2), length: expected.length, bf16: narrow ? ["y"] : [] };
      const found = runFloat(kernel, { x, residual }, constants, run);
      const error = deviation(found, expected, 1, narrow ? 2 ** -8 : 0);
      expect(error, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeLessThan(1e-5);
    }
  });
}

for (const { device, runs } of devices) {
  test.skipIf(!runs)(`pool-f32 with ${device.name}: within 1e-5 of the oracle on 400 workloads and points`, () => {
    for (let seed = 1; seed <= 400; seed++) {
      const source = choices(seed);
      const extents = randomWindow(source, seed % 5 === 0 ? [7, 8, 11, 13] : [1, 2, 3, 3, 5]);
      const { rows, columns, channels, window, y } = extents;
      const pad = (axis: 0 | 1): number => source.below(Math.ceil(window.kernel[axis] / 2));
      const workload: FloatPoolWorkload = {
        op: "pool-f32",
        kind: source.pick(["max", "average"]),
        ...extents,
        edge: { pads: [pad(0), pad(1), pad(0), pad(1)], counted: source.below(2) === 0 },
      };
      const x = source.floats(inputElements(extents));
      const expected = nothing(elementsOf(rows, columns, channels, y));
      evaluateFloatPool(workload, { x, y: expected });
      const point = randomPoint(poolF32, workload, device, source);
      const kernel = poolF32.emit(workload, point, device);
      const found = runFloat(kernel, { x }, {}, { threads: 1 + (seed % 2), length: expected.length });
      const error = deviation(found, expected, 1);
      expect(error, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeLessThan(1e-5);
    }
  });
}
