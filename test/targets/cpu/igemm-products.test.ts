import { expect, test } from "vitest";
import type { CpuFeature } from "../../../src/codegen/index.ts";
import type { Point, Template, Workload } from "../../../src/schedule/index.ts";
import { igemmGrouped, igemmTransposed } from "../../../targets/cpu/templates/igemm.ts";
import type { GroupedConvWorkload, TransposedConvWorkload } from "../../../targets/cpu/workload.ts";
import { choices, convConstants } from "./random-conv.ts";
import type { ProductCase } from "./random-grouped.ts";
import { expectedProduct, randomGrouped, randomTransposed } from "./random-grouped.ts";
import { canRun, runKernel } from "./run-kernel.ts";
import { integerIsas, testDevice } from "./test-devices.ts";

/** A random legal point; the seed where twenty tries find none. */
function randomPoint<W extends Workload>(
  template: Template<W>,
  workload: W,
  isa: readonly CpuFeature[],
  seed: number,
): Point {
  const { pick } = choices(seed);
  const space = template.space(workload, testDevice(isa));
  for (let attempt = 0; attempt < 20; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return template.seed(workload, testDevice(isa));
}

function check<W extends GroupedConvWorkload | TransposedConvWorkload>(
  template: Template<W>,
  sample: ProductCase<W>,
  isa: readonly CpuFeature[],
  seed: number,
): void {
  const { workload, operands, parameters } = sample;
  expect(template.matches(workload, testDevice(isa))).toBe(true);
  const point = seed % 4 === 0 ? template.seed(workload, testDevice(isa)) : randomPoint(template, workload, isa, seed);
  // A grain of 1, so that threads share out even the smallest extent.
  const kernel = { ...template.emit(workload, point, testDevice(isa)), grain: 1 };
  expect(kernel.features.filter((feature) => !isa.includes(feature))).toEqual([]);
  const buffers = { x: operands.x, ...(operands.residual === undefined ? {} : { residual: operands.residual }) };
  const { y } = runKernel(kernel, buffers, parameters, convConstants(sample), { threads: 1 + (seed % 3) });
  const expected = expectedProduct(sample);
  const wrong = expected.findIndex((byte, index) => byte !== y?.[index]);
  expect([y?.length, wrong], `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toEqual([
    expected.length,
    -1,
  ]);
}

/** Random workloads of each instruction set; more of them on request. */
const count = Number(process.env["INFER_OPT_KERNEL_CASES"] ?? "520");

for (const [name, isa] of Object.entries(integerIsas)) {
  test.skipIf(!canRun(isa))(`grouped convolutions with ${name}: equal to the reference`, () => {
    for (let seed = 1; seed <= count; seed++) check(igemmGrouped, randomGrouped(seed), isa, seed);
  });

  test.skipIf(!canRun(isa))(`phases of transposed convolutions with ${name}: equal to the reference`, () => {
    for (let seed = 1; seed <= count; seed++) check(igemmTransposed, randomTransposed(seed), isa, seed);
  });
}

test("seeds of grouped and transposed convolutions are legal points of their spaces", () => {
  const isSeedLegal = <W extends Workload>(template: Template<W>, workload: W, isa: readonly CpuFeature[]): void => {
    const space = template.space(workload, testDevice(isa));
    const point = template.seed(workload, testDevice(isa));
    expect(space.legal(point)).toBe(true);
    for (const { name, values } of space.parameters) expect(values, name).toContain(point[name]);
    expect(template.cost(workload, point, testDevice(isa))).toBeGreaterThan(0);
  };
  for (let seed = 1; seed <= 40; seed++)
    for (const isa of Object.values(integerIsas)) {
      isSeedLegal(igemmGrouped, randomGrouped(seed).workload, isa);
      isSeedLegal(igemmTransposed, randomTransposed(seed).workload, isa);
    }
});
