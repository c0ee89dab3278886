import { expect, test } from "vitest";
import type { Point } from "../../../src/schedule/record.ts";
import { depthwise } from "../../../targets/cpu/templates/depthwise.ts";
import { choices, convConstants } from "./random-conv.ts";
import type { DepthwiseCase } from "./random-depthwise.ts";
import { expectedDepthwise, randomDepthwise } from "./random-depthwise.ts";
import { canRun, hostMissing, runKernel } from "./run-kernel.ts";
import { integerIsas, testDevice } from "./test-devices.ts";

/** A random legal point; the seed where forty tries find none. */
function randomPoint({ workload }: DepthwiseCase, isa: readonly string[], seed: number): Point {
  const { pick } = choices(seed);
  const space = depthwise.space(workload, testDevice(isa));
  for (let attempt = 0; attempt < 40; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return depthwise.seed(workload, testDevice(isa));
}

for (const [name, isa] of Object.entries(integerIsas))
  test.skipIf(!canRun(isa))(`depthwise with ${name}: equal to the reference on 500 random workloads and points`, () => {
    if (hostMissing !== undefined) throw new Error(hostMissing);
    for (let seed = 1; seed <= 500; seed++) {
      const sample = randomDepthwise(seed);
      const { workload } = sample;
      const point = seed % 4 === 0 ? depthwise.seed(workload, testDevice(isa)) : randomPoint(sample, isa, seed);
      const kernel = depthwise.emit(workload, point, testDevice(isa));
      expect(kernel.features.filter((feature) => !(isa as readonly string[]).includes(feature))).toEqual([]);
      const { residual, x } = sample.operands;
      const { y } = runKernel(
        { ...kernel, grain: 1 },
        { x, ...(residual === undefined ? {} : { residual }) },
        sample.parameters,
        convConstants(sample),
        { threads: 1 + (seed % 2) },
      );
      const difference = Buffer.compare(y as Uint8Array, expectedDepthwise(sample));
      expect(difference, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBe(0);
    }
  });
