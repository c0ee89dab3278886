import { expect, test } from "vitest";
import type { DeviceFingerprint, Point } from "../../../src/schedule/record.ts";
import { igemm } from "../../../targets/cpu/templates/igemm.ts";
import type { ConvCase } from "./random-conv.ts";
import { choices, convConstants, expectedConv, randomConv } from "./random-conv.ts";
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

/** A random legal point; the seed where twenty tries find none. */
function randomPoint(sample: ConvCase, isa: readonly string[], seed: number): Point {
  const { pick } = choices(seed);
  const space = igemm.space(sample.workload, device(isa));
  for (let attempt = 0; attempt < 20; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return igemm.seed(sample.workload, device(isa));
}

function differs(actual: Uint8Array, expected: Uint8Array): number | undefined {
  if (actual.length !== expected.length) return -1;
  const index = actual.findIndex((byte, at) => byte !== expected[at]);
  return index < 0 ? undefined : index;
}

for (const [name, isa] of Object.entries(variants))
  test.skipIf(!canRun(isa))(`igemm with ${name}: equal to the reference on 300 random workloads and points`, () => {
    if (hostMissing !== undefined) throw new Error(hostMissing);
    for (let seed = 1; seed <= 300; seed++) {
      const sample = randomConv(seed);
      const point = seed % 4 === 0 ? igemm.seed(sample.workload, device(isa)) : randomPoint(sample, isa, seed);
      const kernel = igemm.emit(sample.workload, point, device(isa));
      const { residual, x } = sample.operands;
      const { y } = runKernel(
        kernel,
        { x, ...(residual === undefined ? {} : { residual }) },
        sample.parameters,
        convConstants(sample),
        { threads: 1 + (seed % 2) },
      );
      const place = differs(y as Uint8Array, expectedConv(sample));
      expect(place, `seed ${seed}: ${JSON.stringify(sample.workload)} at ${JSON.stringify(point)}`).toBeUndefined();
    }
  });
