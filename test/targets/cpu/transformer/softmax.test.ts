import { expect, test } from "vitest";
import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { randomBytes } from "../../../../targets/cpu/cases/random-bytes.ts";
import { evaluateSoftmax } from "../../../../targets/cpu/reference/transformer/softmax.ts";
import { softmax } from "../../../../targets/cpu/templates/transformer/softmax.ts";
import type { SoftmaxWorkload } from "../../../../targets/cpu/transformer-workload.ts";
import { bytesOf } from "../bytes/random-bytes.ts";
import type { Choices } from "../float/random-float.ts";
import { choices, deviation, elementsOf } from "../float/random-float.ts";
import { ortEvaluate, x64Test } from "../reference/ort-evaluate.ts";
import { canRun, runKernel } from "../run-kernel.ts";
import { transformerDevices } from "./devices.ts";

function randomWorkload({ below, pick }: Choices): SoftmaxWorkload {
  const [rows, columns] = [1 + below(3), 1 + below(pick([6, 6, 40]))];
  const channels = pick([
    1, 2, 2, 3, 4, 4, 5, 7, 8, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 70, 100, 128, 130, 197, 513, 1000,
  ]);
  const strides = (): { readonly row: number; readonly pixel: number } => {
    const pixel = channels + pick([0, 0, 3, 64]);
    return { pixel, row: columns * pixel };
  };
  const type = (): "f32" | "u8" => pick(["f32", "u8"]);
  return { op: "softmax-f32", rows, columns, channels, x: strides(), y: strides(), from: type(), out: type() };
}

for (const { name, device } of transformerDevices)
  test.skipIf(!canRun(device.isa))(`softmax-f32 with ${name}: within 1e-6 or a step on 500 workloads`, () => {
    let [off, total] = [0, 0];
    for (let seed = 1; seed <= 500; seed++) {
      const source = choices(seed);
      const workload = randomWorkload(source);
      const { pick, floats } = source;
      const { rows, columns, channels } = workload;
      expect(softmax.matches(workload, device)).toBe(true);
      const count = elementsOf(rows, columns, channels, workload.x);
      const x = workload.from === "u8" ? randomBytes(count, seed) : floats(count, pick([0.1, 1, 30]));
      const scale = workload.from === "u8" ? pick([0.01, 0.05, 0.2]) : pick([1, 0.125, -0.5]);
      const numbers = { scale, inverse: pick([255, 256, 333, 1e12]), yZero: pick([0, 7, 128]) };
      const parameters: KernelParameters = { numbers, tables: {} };
      const kernel = { ...softmax.emit(workload, {}, device), grain: 1 };
      const length = elementsOf(rows, columns, channels, workload.y);
      const background =
        workload.out === "u8" ? new Uint8Array(length).fill(77) : bytesOf(new Float32Array(length).fill(Number.NaN));
      const feeds = { x: x instanceof Uint8Array ? x : bytesOf(x), y: background };
      const written = runKernel(kernel, feeds, parameters, {}, { threads: 2 })["y"] as Uint8Array;
      const about = `seed ${seed} ${JSON.stringify({ workload, numbers })}`;
      if (workload.out === "f32") {
        const expected = new Float64Array(length).fill(Number.NaN);
        evaluateSoftmax(workload, { x, y: expected }, parameters);
        const actual = new Float32Array(written.slice(0, 4 * length).buffer);
        expect(deviation(actual, expected, 1), about).toBeLessThan(
          Math.abs(scale) * (x instanceof Float32Array ? 1e-5 : 1e-4) + 1e-6,
        );
        continue;
      }
      const expected = new Uint8Array(length).fill(77);
      evaluateSoftmax(workload, { x, y: expected }, parameters);
      expected.forEach((value, index) => {
        const error = Math.abs((written[index] as number) - value);
        if (error > 1 && numbers.inverse < 1e12)
          throw new Error(`${about}: element ${index} is ${written[index]}, not ${value}`);
        if (numbers.inverse < 1e12) [off, total] = [off + error, total + 1];
      });
    }
    expect(off / total).toBeLessThan(0.001);
  });

for (const { name, device } of transformerDevices)
  test.skipIf(!canRun(device.isa)).each([5, 16, 37, 64])(
    `softmax-f32 with ${name}: a pixel of %d channels that is masked as a whole gets equal shares`,
    (channels) => {
      const strides = { row: channels, pixel: channels };
      const workload: SoftmaxWorkload = {
        ...{ op: "softmax-f32", rows: 1, columns: 1, channels, x: strides, y: strides, from: "f32", out: "f32" },
      };
      const x = bytesOf(new Float32Array(channels).fill(-3.4028234e38));
      const kernel = softmax.emit(workload, {}, device);
      const y = runKernel(kernel, { x }, { numbers: { scale: 1 }, tables: {} }, {})["y"] as Uint8Array;
      for (const share of new Float32Array(y.slice(0, 4 * channels).buffer)) expect(share).toBeCloseTo(1 / channels, 6);
    },
  );

x64Test("the oracle is ONNX Runtime's QLinearSoftmax but for a few halves", async () => {
  let [off, total] = [0, 0];
  for (let seed = 1; seed <= 40; seed++) {
    const { pick, below } = choices(seed);
    const [columns, channels] = [1 + below(30), 4 + below(200)];
    const [xScale, yScale] = [pick([0.02, 0.07, 0.3]), pick([1 / 255, 1 / 256, 0.003, 0.0038])].map(Math.fround) as [
      ...[number, number],
    ];
    const yZero = pick([0, 0, 10]);
    const strides = { row: columns * channels, pixel: channels };
    const workload: SoftmaxWorkload = {
      ...{ op: "softmax-f32", rows: 1, columns, channels, x: strides, y: strides, from: "u8", out: "u8" },
    };
    const x = randomBytes(columns * channels, seed);
    const y = new Uint8Array(x.length);
    const numbers = { scale: xScale, inverse: Math.floor(Math.fround(1 / yScale)), yZero };
    evaluateSoftmax(workload, { x, y }, { numbers, tables: {} });
    const theirs = await ortEvaluate(
      `in %x: uint8[1,${columns},${channels}] const %xs: float32[] = ${xScale.toPrecision(9)} const %xz: uint8[] = 99
       const %ys: float32[] = ${yScale.toPrecision(9)} const %yz: uint8[] = ${yZero}
       %f = DequantizeLinear(%x, %xs, %xz) %o = Softmax(%f) {axis=-1} %y = QuantizeLinear(%o, %ys, %yz)`,
      { x },
      "all",
    );
    y.forEach((value, index) => {
      const error = Math.abs(value - (theirs[index] as number));
      expect(error, `seed ${seed}`).toBeLessThan(2);
      [off, total] = [off + error, total + 1];
    });
  }
  expect(off / total).toBeLessThan(0.001);
});
