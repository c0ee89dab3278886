import { expect, test } from "vitest";
import type { Point } from "../../../src/schedule/record.ts";
import { createStepCheck } from "../../../targets/cpu/cases/step-check.ts";
import { winogradS16 } from "../../../targets/cpu/templates/winograd-s16.ts";
import type { ConvWorkload, Strides } from "../../../targets/cpu/workload.ts";
import type { Choices, ConvCase } from "./random-conv.ts";
import { choices, convConstants, expectedConv, fillConv } from "./random-conv.ts";
import { canRun, runKernel } from "./run-kernel.ts";
import { isaSets, testDevice } from "./test-devices.ts";

function randomWorkload({ below, pick }: Choices): ConvWorkload {
  const [rows, columns] = [8 + below(6), 8 + below(6)];
  const [inputs, outputs] = [pick([32, 33, 40, 47, 64, 80, 130]), pick([32, 33, 47, 48, 64, 70, 100])];
  const tensor = (across: number, channels: number): Strides => {
    const pixel = channels + pick([0, 0, 3, 64]);
    return { pixel, row: across * pixel + pick([0, 5 * pixel, 7]) };
  };
  const residual = below(4) === 0 ? pick([tensor(columns, outputs), { row: 0, pixel: 0 }]) : undefined;
  return {
    op: "conv-u8s8",
    ...{ rows, columns, inputs, outputs, weights: "oihw", bias: below(4) > 0 },
    window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
    x: tensor(columns + 2, inputs),
    y: tensor(columns, outputs),
    epilogue: {
      out: "u8",
      ...(below(4) === 0 ? { saturates: true } : {}),
      table: below(4) === 0,
      residual:
        residual === undefined ? undefined : { ...residual, ...pick([{}, { first: true }, { multiplies: true }]) },
    },
  };
}

/** Scales for which sums spread over the steps of the output with a deviation of at most 64, as calibrated ones do. */
function calibrated(sample: ConvCase, { below }: Choices): ConvCase {
  const { workload, operands, parameters } = sample;
  const { xScale, xZero, yScale } = parameters.numbers as { xScale: number; xZero: number; yScale: number };
  const rms = (values: ArrayLike<number>, zero: number): number => {
    const sum = Array.from(values).reduce((total, value) => total + (value - zero) ** 2, 0);
    return Math.sqrt(sum / values.length);
  };
  const deviation = rms(operands.x, xZero) * rms(operands.weights, 0) * Math.sqrt(9 * workload.inputs);
  const weightScale = operands.weightScale.map(() => ((4 + below(60)) * yScale) / (xScale * deviation));
  const bias = operands.bias?.map((value) => Math.round((value / 1e5) * deviation));
  return { ...sample, operands: { ...operands, weightScale, bias } };
}

/** A random legal point; the seed where twenty tries find none. */
function randomPoint(workload: ConvWorkload, isa: readonly string[], { pick }: Choices): Point {
  const space = winogradS16.space(workload, testDevice(isa));
  for (let attempt = 0; attempt < 200; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return winogradS16.seed(workload, testDevice(isa));
}

/** What is wrong with what the kernel wrote: results, or bytes between them. */
function wrongIn(sample: ConvCase, written: Uint8Array): string | undefined {
  const { workload, operands, parameters } = sample;
  const { rows, columns, outputs, y, epilogue } = workload;
  const sums = expectedConv({
    ...sample,
    workload: { ...workload, epilogue: { ...epilogue, table: false, residual: undefined } },
  });
  const check = createStepCheck("bounded", epilogue, parameters);
  const untouched = new Uint8Array(sums.length).fill(1);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < outputs; channel++) {
        const at = row * y.row + column * y.pixel + channel;
        const { row: rowStride, pixel } = epilogue.residual ?? { row: 0, pixel: 0 };
        const added = operands.residual?.[row * rowStride + column * pixel + channel] ?? 0;
        untouched[at] = 0;
        if (!check.accepts(sums[at] as number, added, written[at] as number))
          return `row ${row}, column ${column}, channel ${channel}: ${written[at]} does not follow from ${sums[at]}`;
      }
  const between = untouched.findIndex((gap, at) => gap === 1 && written[at] !== 0xa5);
  return between < 0 ? check.verdict() : `byte ${between} was written`;
}

/** Random workloads of each instruction set; more of them on request. */
const count = Number(process.env["INFER_OPT_KERNEL_CASES"] ?? "150");

for (const [name, isa] of Object.entries({ vnni: isaSets.avx512vnni, vbmi: isaSets.avx512vnniVbmi }))
  test.skipIf(!canRun(isa))(`winograd-s16 with ${name}: within its bound on random workloads and points`, () => {
    for (let seed = 1; seed <= count; seed++) {
      const source = choices(seed);
      const workload = randomWorkload(source);
      if (!winogradS16.matches(workload, testDevice(isa))) continue;
      const sample = calibrated(fillConv(workload, seed + 1e6), source);
      const point =
        seed % 4 === 0 ? winogradS16.seed(workload, testDevice(isa)) : randomPoint(workload, isa, choices(seed));
      const kernel = winogradS16.emit(workload, point, testDevice(isa));
      const { residual, x } = sample.operands;
      const { y } = runKernel(
        kernel,
        { x, ...(residual === undefined ? {} : { residual }) },
        sample.parameters,
        convConstants(sample),
        { threads: 1 + (seed % 3) },
      );
      const wrong = wrongIn(sample, y as Uint8Array);
      expect(wrong, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeUndefined();
    }
  });

/** Rows of B^T and G (Lavin and Gray, 2016, section 4.3). */
const inputRows = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const weightRows = [
  [1, 0, 0],
  [-1, -1, -1],
  [-1, 1, -1],
  [1, 2, 4],
  [1, -2, 4],
  [0, 0, 1],
];

/** Inputs and weights of which all channels make one point of the first tile as large as can be. */
function greatestPoint(point: number, sign: 1 | -1): ConvCase {
  const [rows, columns, inputs, outputs] = [8, 8, 130, 32];
  const [i, j] = [Math.floor(point / 6), point % 6];
  const coefficient = (matrix: readonly (readonly number[])[], row: number, column: number): number =>
    (matrix[i]?.[row] ?? 0) * (matrix[j]?.[column] ?? 0);
  const pixel = inputs;
  const x = new Uint8Array(10 * 10 * pixel);
  for (let row = 0; row < 10; row++)
    for (let column = 0; column < 10; column++)
      if (sign * coefficient(inputRows, row, column) > 0)
        x.fill(255, (row * 10 + column) * pixel).fill(0, (row * 10 + column + 1) * pixel);
  const filter = Array.from({ length: 9 }, (_, tap) => {
    const value = coefficient(weightRows, Math.floor(tap / 3), tap % 3);
    return value === 0 ? 0 : Math.sign(value) * 127;
  });
  const weights = Int8Array.from({ length: outputs * inputs * 9 }, (_, at) => filter[at % 9] as number);
  const greatest = 255 * 127 * 9 * inputs;
  return {
    workload: {
      ...{ op: "conv-u8s8", rows, columns, inputs, outputs, weights: "oihw", bias: false },
      window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
      ...{ x: { row: 10 * pixel, pixel }, y: { row: columns * outputs, pixel: outputs } },
      epilogue: { out: "u8", table: false, residual: undefined },
    },
    operands: { x, weights, bias: undefined, weightScale: Float32Array.of(1), residual: undefined },
    parameters: {
      numbers: {
        xScale: 1,
        xZero: sign > 0 ? 0 : 255,
        yScale: greatest / 127,
        yZero: 128,
        lo: 0,
        hi: 255,
        perTensor: 1,
      },
      tables: {},
    },
  };
}

test.skipIf(!canRun(isaSets.avx512vnni))("winograd-s16: no sum of products overflows", () => {
  for (let point = 0; point < 36; point++) {
    const sample = greatestPoint(point, point % 2 === 0 ? 1 : -1);
    const { workload, operands, parameters } = sample;
    const kernel = winogradS16.emit(
      workload,
      winogradS16.seed(workload, testDevice(isaSets.avx512vnni)),
      testDevice(isaSets.avx512vnni),
    );
    const { y } = runKernel(kernel, { x: operands.x }, parameters, convConstants(sample));
    const expected = expectedConv(sample);
    const wrong = (y as Uint8Array).findIndex((value, at) => Math.abs(value - (expected[at] as number)) > 1);
    expect(wrong, `point ${point}`).toBe(-1);
  }
});

test("winograd-s16 is offered where it can pay", () => {
  const { workload } = greatestPoint(0, 1);
  const wide = testDevice(isaSets.avx512vnni);
  expect(winogradS16.matches(workload, wide)).toBe(true);
  expect(winogradS16.matches(workload, testDevice(isaSets.avxvnni))).toBe(false);
  expect(winogradS16.matches({ ...workload, rows: 7 }, wide)).toBe(false);
  expect(winogradS16.matches({ ...workload, inputs: 24 }, wide)).toBe(false);
  expect(winogradS16.matches({ ...workload, outputs: 24 }, wide)).toBe(false);
  expect(winogradS16.matches({ ...workload, window: { ...workload.window, stride: [2, 2] } }, wide)).toBe(false);
  expect(winogradS16.matches({ ...workload, window: { ...workload.window, dilation: [2, 2] } }, wide)).toBe(false);
  expect(winogradS16.matches({ ...workload, epilogue: { ...workload.epilogue, out: "s32" } }, wide)).toBe(false);
  // 36 * 130 * 32 weights of two bytes.
  expect(winogradS16.matches(workload, testDevice(isaSets.avx512vnni, { l3KiB: 400 }))).toBe(true);
  expect(winogradS16.matches(workload, testDevice(isaSets.avx512vnni, { l3KiB: 380 }))).toBe(false);
});

test("winograd-s16: seeds are legal points of the space", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const workload = randomWorkload(choices(seed));
    if (!winogradS16.matches(workload, testDevice(isaSets.avx512vnniVbmi))) continue;
    const space = winogradS16.space(workload, testDevice(isaSets.avx512vnniVbmi));
    const point = winogradS16.seed(workload, testDevice(isaSets.avx512vnniVbmi));
    expect(space.legal(point)).toBe(true);
    for (const { name, values } of space.parameters) expect(values, name).toContain(point[name]);
    expect(winogradS16.cost(workload, point, testDevice(isaSets.avx512vnniVbmi))).toBeGreaterThan(0);
  }
});
