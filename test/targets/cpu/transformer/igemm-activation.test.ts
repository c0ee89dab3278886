import { expect, test } from "vitest";
import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";
import { igemmActivation } from "../../../../targets/cpu/templates/igemm.ts";
import type { ConvCase } from "../random-conv.ts";
import { choices, convConstants, expectedConv, fillConv, randomConv } from "../random-conv.ts";
import { canRun, runKernel } from "../run-kernel.ts";
import { transformerDevices } from "./devices.ts";

/** A random product whose scaled sums lie where a GELU bends, with float32 or uint8 results. */
function randomCase(seed: number): ConvCase {
  const { workload } = randomConv(seed);
  const { below } = choices(seed + 5000);
  const out = below(3) === 0 ? "f32" : "u8";
  const { y, ...rest } = workload;
  const activation = below(2) === 0 ? "gelu" : "gelu-tanh";
  const epilogue = { out, activation, table: false, residual: undefined } as const;
  const sample = fillConv({ ...rest, y, epilogue }, seed);
  const { inputs, window } = workload;
  const depth = inputs * window.kernel[0] * window.kernel[1];
  const weightScale = sample.operands.weightScale.map(() => (1 + below(8)) / (3000 * Math.sqrt(depth)));
  const numbers = { ...sample.parameters.numbers, xScale: 0.25, yScale: (1 + below(20)) / 500, lo: 0, hi: 255 };
  return { ...sample, operands: { ...sample.operands, weightScale }, parameters: { ...sample.parameters, numbers } };
}

function randomPoint(sample: ConvCase, device: DeviceFingerprint, seed: number): Record<string, number> {
  const { pick } = choices(seed);
  const space = igemmActivation.space(sample.workload, device);
  for (let attempt = 0; attempt < 20; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return igemmActivation.seed(sample.workload, device);
}

for (const { name, device } of transformerDevices)
  test.skipIf(!canRun(device.isa))(
    `GELU epilogue with ${name}: within a step or 5e-5 (arguments up to 70) of the oracle, less than two in a thousand off`,
    () => {
      let [steps, total] = [0, 0];
      for (let seed = 1; seed <= 250; seed++) {
        const sample = randomCase(seed);
        expect(igemmActivation.matches(sample.workload, device)).toBe(true);
        const kernel = igemmActivation.emit(sample.workload, randomPoint(sample, device, seed), device);
        const { x } = sample.operands;
        const y = runKernel({ ...kernel, grain: 1 }, { x }, sample.parameters, convConstants(sample), { threads: 2 })[
          "y"
        ];
        const expected = expectedConv(sample);
        expect(y?.length).toBe(expected.length);
        const bytes = sample.workload.epilogue.out === "u8";
        const floats = (array: Uint8Array): Float32Array => new Float32Array(array.slice().buffer);
        const [ours, oracle] = bytes ? [y as Uint8Array, expected] : [floats(y as Uint8Array), floats(expected)];
        oracle.forEach((value, index) => {
          const error = Math.abs((ours[index] as number) - value);
          if (bytes) [steps, total] = [steps + error, total + 1];
          if (error > (bytes ? 1 : 5e-5))
            throw new Error(`seed ${seed}, element ${index}: ${ours[index]}, not ${value}`);
        });
      }
      expect(total).toBeGreaterThan(50_000);
      expect(steps / total).toBeLessThan(0.002);
    },
  );
