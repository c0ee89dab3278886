import { expect, test } from "vitest";
import type { Point } from "../../../src/schedule/record.ts";
import { igemm } from "../../../targets/cpu/templates/igemm.ts";
import type { ConvCase } from "./random-conv.ts";
import { choices, convConstants, expectedConv, randomConv } from "./random-conv.ts";
import { canRun, runKernel } from "./run-kernel.ts";
import { integerIsas, testDevice } from "./test-devices.ts";

/** A random legal point; the seed where twenty tries find none. */
function randomPoint(sample: ConvCase, isa: readonly string[], seed: number): Point {
  const { pick } = choices(seed);
  const space = igemm.space(sample.workload, testDevice(isa));
  for (let attempt = 0; attempt < 20; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return igemm.seed(sample.workload, testDevice(isa));
}

function differs(actual: Uint8Array, expected: Uint8Array): number | undefined {
  if (actual.length !== expected.length) return -1;
  const index = actual.findIndex((byte, at) => byte !== expected[at]);
  return index < 0 ? undefined : index;
}

/** Random workloads of each instruction set; more of them on request. */
const count = Number(process.env["INFER_OPT_KERNEL_CASES"] ?? "600");

for (const [name, isa] of Object.entries(integerIsas))
  test.skipIf(!canRun(isa))(`igemm with ${name}: equal to the reference on random workloads and points`, () => {
    for (let seed = 1; seed <= count; seed++) {
      const sample = randomConv(seed);
      const point = seed % 4 === 0 ? igemm.seed(sample.workload, testDevice(isa)) : randomPoint(sample, isa, seed);
      // A grain of 1, so that threads share out even the smallest extent.
      const kernel = { ...igemm.emit(sample.workload, point, testDevice(isa)), grain: 1 };
      expect(kernel.features.filter((feature) => !(isa as readonly string[]).includes(feature))).toEqual([]);
      const { residual, x } = sample.operands;
      const { y } = runKernel(
        kernel,
        { x, ...(residual === undefined ? {} : { residual }) },
        sample.parameters,
        convConstants(sample),
        { threads: 1 + (seed % 3) },
      );
      const place = differs(y as Uint8Array, expectedConv(sample));
      expect(place, `seed ${seed}: ${JSON.stringify(sample.workload)} at ${JSON.stringify(point)}`).toBeUndefined();
    }
  });

test("igemm is not offered without AVX2", () => {
  const { workload } = randomConv(1);
  expect(igemm.matches(workload, testDevice(["avx2", "fma"]))).toBe(true);
  expect(igemm.matches(workload, testDevice(["fma"]))).toBe(false);
});

test("igemm: seeds are legal points of the space, and cost no more than any tile of theirs", () => {
  for (let seed = 1; seed <= 60; seed++)
    for (const isa of Object.values(integerIsas)) {
      const { workload } = randomConv(seed);
      const space = igemm.space(workload, testDevice(isa));
      const point = igemm.seed(workload, testDevice(isa));
      expect(space.legal(point)).toBe(true);
      for (const { name, values } of space.parameters) expect(values, name).toContain(point[name]);
      const cost = igemm.cost(workload, point, testDevice(isa));
      expect(cost).toBeGreaterThan(0);
      for (const pixels of space.parameters[0]?.values ?? []) {
        const other = { ...point, pixels };
        if (space.legal(other)) expect(igemm.cost(workload, other, testDevice(isa))).toBeGreaterThanOrEqual(cost);
      }
    }
});

test("igemm: the same code for the same workload and point, whatever the numbers", () => {
  const { workload } = randomConv(3);
  const avx2 = testDevice(integerIsas.avx2);
  const point = igemm.seed(workload, avx2);
  const [first, second] = [igemm.emit(workload, point, avx2), igemm.emit(workload, point, avx2)];
  expect(Buffer.compare(first.code, second.code)).toBe(0);
  for (const feature of first.features) expect(integerIsas.avx2).toContain(feature);
});
