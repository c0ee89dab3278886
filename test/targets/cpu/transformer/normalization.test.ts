import { expect, test } from "vitest";
import { evaluateNormalization } from "../../../../targets/cpu/reference/transformer/normalization.ts";
import { normalization } from "../../../../targets/cpu/templates/transformer/normalization.ts";
import type { NormalizationWorkload } from "../../../../targets/cpu/transformer-workload.ts";
import { choices, deviation, elementsOf } from "../float/random-float.ts";
import { canRun } from "../run-kernel.ts";
import { transformerDevices } from "./devices.ts";
import { runOn } from "./run-transformer.ts";

for (const { name, device } of transformerDevices)
  test.skipIf(!canRun(device.isa))(`normalization-f32 with ${name}: within 1e-5 of the oracle on 250 workloads`, () => {
    for (let seed = 1; seed <= 250; seed++) {
      const { below, pick, strides, floats } = choices(seed);
      const [rows, columns] = [pick([1, 1, 1, 3]), 1 + below(9)];
      const channels = pick([1, 2, 7, 8, 16, 17, 31, 32, 64, 100, 120, 127, 200, 384, 387, 400, 768, 1024]);
      const tensor = (): { row: number; pixel: number } => {
        const { pixel } = strides(columns, channels);
        return { pixel, row: columns * pixel };
      };
      const workload: NormalizationWorkload = {
        op: "normalization-f32",
        ...{ rows, columns, channels, beta: below(3) > 0, x: tensor(), y: tensor() },
        ...(below(2) === 0 ? { residual: tensor() } : {}),
      };
      expect(normalization.matches(workload, device)).toBe(true);
      const elements = (s: { row: number; pixel: number }): number => elementsOf(rows, columns, channels, s);
      const offset = pick([0, 0, 30]);
      const x = floats(elements(workload.x), pick([0.01, 1, 50])).map((value) => value + offset);
      const residual = workload.residual === undefined ? undefined : floats(elements(workload.residual));
      const [gamma, beta] = [floats(channels), workload.beta ? floats(channels) : undefined];
      const parameters = { numbers: { epsilon: pick([1e-5, 1e-12, 0.1]) }, tables: {} };
      const expected = new Float64Array(elements(workload.y)).fill(Number.NaN);
      evaluateNormalization(workload, { x, residual, gamma, beta, y: expected }, parameters);
      const y = new Float32Array(expected.length).fill(Number.NaN);
      const actual = runOn(normalization.emit(workload, {}, device), { x, residual }, y, parameters, {
        gamma,
        beta,
      });
      // One channel is its own mean: only rounding is left, which 1 / sqrt(epsilon) enlarges.
      if (channels < 3 && parameters.numbers.epsilon < 1e-5) continue;
      const bound = offset === 30 ? 5e-3 : 2e-5;
      expect(
        deviation(actual, expected, channels < 8 ? 1 : undefined),
        `seed ${seed} ${JSON.stringify(workload)}`,
      ).toBeLessThan(bound);
    }
  });
