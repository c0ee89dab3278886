import { expect, test } from "vitest";
import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { evaluateAttention } from "../../../../targets/cpu/reference/transformer/attention.ts";
import { attention } from "../../../../targets/cpu/templates/transformer/attention.ts";
import type { AttentionWorkload } from "../../../../targets/cpu/transformer-workload.ts";
import type { Choices } from "../float/random-float.ts";
import { choices, deviation, elementsOf } from "../float/random-float.ts";
import { canRun } from "../run-kernel.ts";
import { transformerDevices } from "./devices.ts";
import { runOn } from "./run-transformer.ts";

function randomWorkload({ below, pick, strides }: Choices): AttentionWorkload {
  const [columns, keys] = [
    pick([1, 3, 4, 7, 8, 9, 16, 21]),
    pick([1, 2, 7, 8, 15, 16, 17, 31, 33, 48, 64, 70, 128, 130]),
  ];
  const [heads, width] = [1 + below(3), pick([4, 8, 12, 16, 20, 24, 32, 36, 48, 64, 68, 80])];
  const channels = heads * width;
  return {
    op: "attention-f32",
    ...{ rows: 1, columns, channels, keys, heads, out: pick(["f32", "u8"]) },
    ...{ q: strides(columns, channels), k: strides(keys, channels), v: strides(keys, channels) },
    y: strides(columns, channels),
    ...(below(2) === 0 ? {} : { mask: { head: pick([0, 0, columns * keys + 5]), row: pick([0, keys, keys + 3]) } }),
  };
}

for (const { name, device } of transformerDevices)
  test.skipIf(!canRun(device.isa))(`attention-f32 with ${name}: within 1e-5 or a step on 250 workloads`, () => {
    let [off, total] = [0, 0];
    for (let seed = 1; seed <= 250; seed++) {
      const source = choices(seed);
      const workload = randomWorkload(source);
      const { below, pick, floats } = source;
      const { columns, keys, channels, heads } = workload;
      expect(attention.matches(workload, device)).toBe(true);
      const spread = pick([0.1, 1, 4]);
      const q = floats(elementsOf(1, columns, channels, workload.q), spread);
      const k = floats(elementsOf(1, keys, channels, workload.k), spread);
      const v = floats(elementsOf(1, keys, channels, workload.v));
      const mask =
        workload.mask === undefined
          ? undefined
          : floats(elementsOf(heads, columns, keys, { row: workload.mask.head, pixel: workload.mask.row })).map(
              (value, index) => (index % keys > 0 && below(3) === 0 ? pick([-1e4, -3.4e38]) : value),
            );
      const numbers = { scale: pick([1, 0.125, 0.3]), yScale: pick([0.02, 0.1]), yZero: pick([0, 128]) };
      const parameters: KernelParameters = { numbers, tables: {} };
      const kernel = attention.emit(workload, {}, device);
      const length = elementsOf(1, columns, channels, workload.y);
      const about = `seed ${seed} ${JSON.stringify(workload)}`;
      if (workload.out === "f32") {
        const expected = new Float64Array(length).fill(Number.NaN);
        evaluateAttention(workload, { q, k, v, mask, y: expected }, parameters);
        const actual = runOn(kernel, { q, k, v, mask }, new Float32Array(length).fill(Number.NaN), parameters);
        expect(deviation(actual, expected, 1), about).toBeLessThan(spread === 4 ? 2e-4 : 1e-5);
        continue;
      }
      const expected = new Uint8Array(length).fill(77);
      evaluateAttention(workload, { q, k, v, mask, y: expected }, parameters);
      const actual = runOn(kernel, { q, k, v, mask }, new Uint8Array(length).fill(77), parameters);
      expected.forEach((value, index) => {
        const error = Math.abs((actual[index] as number) - value);
        if (error > 1) throw new Error(`${about}: element ${index} is ${actual[index]}, not ${value}`);
        [off, total] = [off + error, total + 1];
      });
    }
    expect(off / total).toBeLessThan(0.001);
  });

for (const { name, device } of transformerDevices)
  test.skipIf(!canRun(device.isa)).each([7, 16, 33])(
    `attention-f32 with ${name}: a query that all of %d keys are masked for gets their mean`,
    (keys) => {
      const [columns, channels] = [3, 8];
      const strides = { row: keys * channels, pixel: channels };
      const workload: AttentionWorkload = {
        ...{
          op: "attention-f32",
          rows: 1,
          columns,
          channels,
          keys,
          heads: 2,
          out: "f32",
          mask: { head: 0, row: keys },
        },
        ...{ q: strides, k: strides, v: strides, y: strides },
      };
      const { floats } = choices(keys);
      const [q, k, v] = [floats(columns * channels), floats(keys * channels), floats(keys * channels)];
      const mask = floats(columns * keys).map((value, index) => (index < keys ? -3.4028234e38 : value));
      const parameters: KernelParameters = { numbers: { scale: 0.5 }, tables: {} };
      const expected = new Float64Array(columns * channels);
      evaluateAttention(workload, { q, k, v, mask, y: expected }, parameters);
      const kernel = attention.emit(workload, {}, device);
      const actual = runOn(kernel, { q, k, v, mask }, new Float32Array(expected.length), parameters);
      expect(deviation(actual, expected, 1)).toBeLessThan(1e-5);
    },
  );

test("attention-f32 is not offered where heads are no multiple of four channels", () => {
  const [first] = transformerDevices;
  const workload = randomWorkload(choices(1));
  expect(attention.matches({ ...workload, heads: 1, channels: 10 }, first.device)).toBe(false);
});
