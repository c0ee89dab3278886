import { expect, test } from "vitest";
import type { Point } from "../../../src/schedule/record.ts";
import { sumCase } from "../../../targets/cpu/cases/sum-case.ts";
import { igemm } from "../../../targets/cpu/templates/igemm.ts";
import { winogradS16 } from "../../../targets/cpu/templates/winograd-s16.ts";
import type { ConvWorkload } from "../../../targets/cpu/workload.ts";
import type { ConvCase } from "./random-conv.ts";
import { choices, convConstants, expectedConv, randomConv } from "./random-conv.ts";
import { canRun, runKernel } from "./run-kernel.ts";
import { integerIsas, isaSets, testDevice } from "./test-devices.ts";

/** A case whose sums become float32 numbers, most with one a channel added, which are divided where bytes come out. */
function shifted(sample: ConvCase, seed: number): ConvCase {
  const { below, pick } = choices(seed + 7e6);
  const { workload, operands, parameters } = sample;
  const { saturates: _, ...epilogue } = workload.epilogue;
  const out = pick(["u8", "u8", "f32"] as const);
  const alone = out === "u8" && below(4) === 0;
  const size = 200 * (parameters.numbers["yScale"] as number);
  const bytes = { table: epilogue.table, residual: epilogue.residual, divides: true } as const;
  return {
    ...sample,
    workload: {
      ...workload,
      ...(alone ? {} : { shift: true }),
      epilogue: { out, ...(out === "u8" ? bytes : { table: false, residual: undefined }) },
    },
    operands: {
      ...operands,
      shift: alone
        ? undefined
        : Float32Array.from({ length: workload.outputs }, () => size * (below(1000) / 1000 - 0.5)),
    },
  };
}

function randomPoint(workload: ConvWorkload, isa: readonly string[], seed: number): Point {
  const { pick } = choices(seed);
  const space = igemm.space(workload, testDevice(isa));
  for (let attempt = 0; attempt < 20; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return igemm.seed(workload, testDevice(isa));
}

/** Random workloads of each instruction set; more of them on request. */
const count = Number(process.env["INFER_OPT_KERNEL_CASES"] ?? "500");

for (const [name, isa] of Object.entries(integerIsas))
  test.skipIf(!canRun(isa))(`products with float32 biases, ${name}: equal to the reference`, () => {
    for (let seed = 1; seed <= count; seed++) {
      const sample = shifted(randomConv(seed), seed);
      const { workload, operands, parameters } = sample;
      const point = seed % 4 === 0 ? igemm.seed(workload, testDevice(isa)) : randomPoint(workload, isa, seed);
      const kernel = { ...igemm.emit(workload, point, testDevice(isa)), grain: 1 };
      const { residual, shift, x } = operands;
      const { y } = runKernel(
        kernel,
        { x, ...(workload.epilogue.residual === undefined ? {} : { residual: residual as Uint8Array }) },
        parameters,
        { ...convConstants(sample), ...(shift === undefined ? {} : { shift: new Uint8Array(shift.buffer) }) },
        { threads: 1 + (seed % 3) },
      );
      const expected = expectedConv(sample);
      const wrong = expected.findIndex((byte, index) => byte !== y?.[index]);
      expect([y?.length, wrong], `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toEqual([
        expected.length,
        -1,
      ]);
    }
  });

test("a tuner's case of a product with float32 biases accepts the kernel, and refuses one without them", () => {
  const device = testDevice(isaSets.avx2);
  if (!canRun(isaSets.avx2)) return;
  for (const out of ["u8", "f32"] as const) {
    const { shift: _, ...plain } = shifted(randomConv(8), 8).workload;
    const epilogue = { out, ...(out === "u8" ? { divides: true as const } : {}), table: false, residual: undefined };
    const workload: ConvWorkload = { ...plain, epilogue, shift: true };
    const { buffers, parameters, constants, expected } = sumCase(workload, 3);
    const written = (made: ConvWorkload): Record<string, Uint8Array> => {
      const { x, y } = buffers as { readonly x: Uint8Array; readonly y: Uint8Array };
      const kernel = igemm.emit(made, igemm.seed(made, device), device);
      const { bytes = 0 } = kernel.arguments.find((argument) => argument.name === "x") ?? {};
      return runKernel(kernel, { x: x.subarray(0, bytes), y }, parameters, constants);
    };
    expect(expected(written(workload), "exact")).toBeUndefined();
    expect(expected(written({ ...plain, epilogue }), "exact")).toBeDefined();
  }
});

test("int16 Winograd leaves float32 biases and divided results to others", () => {
  const device = testDevice(isaSets.avx512vnni);
  const workload: ConvWorkload = {
    ...{ op: "conv-u8s8", rows: 14, columns: 14, inputs: 64, outputs: 64, weights: "oihw", bias: true },
    window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
    ...{ x: { row: 16 * 64, pixel: 64 }, y: { row: 14 * 64, pixel: 64 } },
    epilogue: { out: "u8", table: false, residual: undefined },
  };
  expect(winogradS16.matches(workload, device)).toBe(true);
  expect(winogradS16.matches({ ...workload, shift: true }, device)).toBe(false);
  expect(winogradS16.matches({ ...workload, epilogue: { ...workload.epilogue, divides: true } }, device)).toBe(false);
});
