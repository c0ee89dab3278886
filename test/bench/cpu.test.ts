import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measureModel } from "../../bench/cpu/measure-model.ts";
import type { BenchModel } from "../../bench/cpu/models.ts";
import { sampleInput } from "../../bench/cpu/pictures.ts";
import { geometricMeans, printHeader, printProfile, printResult } from "../../bench/cpu/print-results.ts";
import type { ModelResult, Ratio } from "../../bench/cpu/results.ts";
import { newNetwork } from "../../bench/networks/network-builder.ts";
import { saveModel } from "../../src/onnx/index.ts";
import { loadHostLibrary } from "../../src/runtime/index.ts";
import { makeScheduleCache } from "../../src/schedule/index.ts";
import { cpu } from "../../targets/cpu/index.ts";

const host = loadHostLibrary();
const missing = "missing" in host ? host.missing : undefined;
if (missing !== undefined) console.warn(`the comparison of regions is not tried: ${missing}`);

const policy = {
  ...{ warmupMs: 2, rounds: 3, maxRounds: 3, intervalWidth: 1, blockMs: 2 },
  ...{ minIterations: 2, dropPerBlock: 1, budgetMs: 5_000, referenceTolerance: 1 },
};

test.skipIf(missing !== undefined)("a small network is quantized, raced, compared and profiled", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-cpu-test-"));
  try {
    const net = newNetwork("tiny", [1, 3, 24, 24], 1);
    const first = net.op("Relu", [net.conv(net.input, [3, 16], { kernel: 3, stride: 2 })]);
    const second = net.op("Relu", [net.conv(first, [16, 16], { kernel: 3 })]);
    const scaled = net.op("Mul", [net.op("Add", [first, second]), net.normal([16, 1, 1], 1)]);
    await saveModel(net.finish(scaled, [1, 16, 12, 12]), join(folder, "tiny.onnx"));
    const model: BenchModel = {
      ...{ name: "tiny", family: "convolutions", shared: "tiny", shape: [1, 3, 24, 24] },
      input: { low: -1, high: 1 },
    };
    const found = await cpu.detect();
    if ("missing" in found) throw new Error(found.missing);
    const regions = { cache: makeScheduleCache([]), effort: undefined, device: found.device };
    const setup = {
      shared: folder,
      threads: [1],
      policy,
      selection: policy,
      regions,
      python: undefined,
      profile: true,
      // Which layers lose is a matter of chance at this size.
      reverts: false,
    };
    const result = await measureModel(model, setup);
    expect(result.failures).toEqual({});
    expect(result.regions.int8.regions).toBe(1);
    expect(result.outputs.int8).toMatchObject({ differing: 0 });
    expect(result.outputs.portable).toMatchObject({ differing: 0 });
    expect(result.regions.float.nodes).toBe(6);
    expect(result.outputs.float?.sqnrDb ?? Infinity).toBeGreaterThan(80);
    const [timed] = result.threads;
    for (const form of ["ort-float", "ort-int8", "int8-regions", "int8-portable"])
      expect(timed?.times[form]?.minNs).toBeGreaterThan(0);
    expect(timed?.ratios.int8Regions?.ratio).toBeGreaterThan(0);
    expect(result.profile?.int8).toHaveLength(result.regions.int8.steps);
    expect(printResult(result).split(" | ")).toHaveLength(printHeader().split("\n")[0]?.split(" | ").length ?? 0);
    expect(printProfile(result)).toMatch(/conv-u8s8 12x12 16->16 3x3/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("pictures fill their range, and neighbours are alike", () => {
  const shape = [1, 3, 64, 64];
  const picture = sampleInput(shape, { low: -2, high: 6 }, 3);
  expect(sampleInput(shape, { low: -2, high: 6 }, 3)).toEqual(picture);
  expect(sampleInput(shape, { low: -2, high: 6 }, 4)).not.toEqual(picture);
  const [low, high] = [Math.min(...picture), Math.max(...picture)];
  expect(low).toBeGreaterThanOrEqual(-2);
  expect(high).toBeLessThanOrEqual(6);
  expect(high - low).toBeGreaterThan(4);
  const steps = picture.slice(1).map((value, i) => Math.abs(value - (picture[i] as number)));
  expect(steps.reduce((a, b) => a + b, 0) / steps.length).toBeLessThan(0.1 * (high - low));
  const last = sampleInput([1, 64, 64, 3], { low: -2, high: 6 }, 3);
  expect([last[0], last[1], last[2]]).toEqual([picture[0], picture[64 * 64], picture[2 * 64 * 64]]);
});

test("geometric means name the network that gains least", () => {
  const at = (ratio: number): Ratio => ({
    ...{ ratio, low: ratio, high: ratio, median: ratio },
    ...{ paired: ratio, pairedLow: ratio, pairedHigh: ratio },
  });
  const result = (model: string, ratio: number): ModelResult =>
    ({
      model,
      family: "transformer",
      threads: [{ threads: 2, ratios: { int8: at(ratio) } }],
    }) as unknown as ModelResult;
  const means = geometricMeans([result("a", 4), result("b", 1), { model: "c", error: "failed" }]);
  expect(means).toEqual({
    "int8 at 2": { mean: 2, models: 2, least: 1, leastModel: "b" },
    "int8 of transformer at 2": { mean: 2, models: 2, least: 1, leastModel: "b" },
  });
});
