import { expect, test } from "vitest";
import type { DeviceFingerprint, Point } from "../../../src/schedule/record.ts";
import { depthwise } from "../../../targets/cpu/templates/depthwise.ts";
import { choices, convConstants } from "./random-conv.ts";
import type { DepthwiseCase } from "./random-depthwise.ts";
import { expectedDepthwise, randomDepthwise } from "./random-depthwise.ts";
import { canRun, hostMissing, runKernel } from "./run-kernel.ts";

const variants = {
  avx512vbmi: ["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni", "avx512vbmi"],
  avx512vnni: ["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"],
  avxvnni: ["avx2", "fma", "avxvnni"],
  avx2: ["avx2", "fma"],
} as const;

function device(isa: readonly string[]): DeviceFingerprint {
  return {
    ...{ kind: "cpu", vendor: "AuthenticAMD", name: "test", family: 25, model: 17, isa },
    ...{ l1dKiB: 32, l2KiB: 1024, l3KiB: 32_768, cores: 2, threads: 2 },
  };
}

/** A random legal point; the seed where forty tries find none. */
function randomPoint({ workload }: DepthwiseCase, isa: readonly string[], seed: number): Point {
  const { pick } = choices(seed);
  const space = depthwise.space(workload, device(isa));
  for (let attempt = 0; attempt < 40; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return depthwise.seed(workload, device(isa));
}

for (const [name, isa] of Object.entries(variants))
  test.skipIf(!canRun(isa))(`depthwise with ${name}: equal to the reference on 500 random workloads and points`, () => {
    if (hostMissing !== undefined) throw new Error(hostMissing);
    for (let seed = 1; seed <= 500; seed++) {
      const sample = randomDepthwise(seed);
      const { workload } = sample;
      const point = seed % 4 === 0 ? depthwise.seed(workload, device(isa)) : randomPoint(sample, isa, seed);
      const kernel = depthwise.emit(workload, point, device(isa));
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
