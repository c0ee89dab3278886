import { expect, test } from "vitest";
import { legalPoints } from "../../../../src/schedule/index.ts";
import type { WorkloadCase } from "../../../../src/schedule/index.ts";
import type { Kernel } from "../../../../src/codegen/index.ts";
import { poolCase } from "../../../../targets/cpu/cases/pool-case.ts";
import type { FloatPoolWorkload } from "../../../../targets/cpu/float-workload.ts";
import { poolF32 } from "../../../../targets/cpu/templates/float/pool.ts";
import { pool } from "../../../../targets/cpu/templates/pool.ts";
import type { PoolWorkload } from "../../../../targets/cpu/workload.ts";
import { devices } from "../float/random-float.ts";
import { runKernel } from "../run-kernel.ts";

const { device, runs } = devices[0];

const common = {
  window: { kernel: [3, 3], stride: [2, 2], dilation: [1, 1] },
  edge: { pads: [1, 1, 1, 1], counted: false },
} as const;

/** Of so many pixels that only some channels are checked. */
const bytes: PoolWorkload = {
  ...{ op: "pool-u8", kind: "max", rows: 56, columns: 56, channels: 96, ...common },
  x: { row: 114 * 96, pixel: 96 },
  y: { row: 56 * 96, pixel: 96 },
};
const floats: FloatPoolWorkload = {
  ...{ op: "pool-f32", kind: "average", rows: 9, columns: 10, channels: 40, ...common },
  x: { row: 22 * 40, pixel: 40 },
  y: { row: 10 * 40, pixel: 40 },
};

function run(kernel: Kernel, { buffers, parameters, constants }: WorkloadCase): Uint8Array {
  const x = buffers["x"]?.subarray(0, kernel.arguments.find(({ name }) => name === "x")?.bytes);
  return runKernel(kernel, { x: x as Uint8Array }, parameters, constants)["y"] as Uint8Array;
}

test.skipIf(!runs)("a case accepts pools of every point, and refuses a result that is off", () => {
  const ofBytes = poolCase(bytes, 1);
  for (const point of legalPoints(pool.space(bytes, device)))
    expect(ofBytes.expected({ y: run(pool.emit(bytes, point, device), ofBytes) }, "exact")).toBeUndefined();
  const ofFloats = poolCase(floats, 1);
  for (const point of legalPoints(poolF32.space(floats, device)))
    expect(ofFloats.expected({ y: run(poolF32.emit(floats, point, device), ofFloats) }, "bounded")).toBeUndefined();
  const wrong = run(pool.emit(bytes, pool.seed(bytes, device), device), ofBytes).slice();
  wrong[95] = (wrong[95] as number) ^ 1;
  expect(ofBytes.expected({ y: wrong }, "exact")).toMatch(/^row 0, column 0, channel 95/);
  const off = new Float32Array(
    run(poolF32.emit(floats, poolF32.seed(floats, device), device), ofFloats).slice().buffer,
  );
  off[40] = (off[40] as number) + 2e-4;
  expect(ofFloats.expected({ y: new Uint8Array(off.buffer) }, "bounded")).toMatch(/^row 0, column 1, channel 0/);
});
