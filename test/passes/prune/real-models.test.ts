import { existsSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { passNamed } from "../../../passes/index.ts";
import type { Model, RuntimeValue } from "../../../src/ir/index.ts";
import { isTensor, numbersOf, tensorFromNumbers } from "../../../src/ir/index.ts";
import { encodeModel, loadModel } from "../../../src/onnx/index.ts";
import { compareValues } from "../../../src/pipeline/compare.ts";
import { contextFor, randomFeeds } from "../fixture-case.ts";
import { bothWays, shrunkSets } from "./both-ways.ts";

const root = join(import.meta.dirname, "../../..");
const shared = join(root, "../shared/models");

/** Models with the share of parameters that stays at most at 30 %; the first computes the target of its Reshape. */
const models: readonly (readonly [string, string, number])[] = [
  [join(root, "examples/models"), "residual-cnn.onnx", 0.7],
  [join(root, "examples/models"), "depthwise-cnn.onnx", 0.6],
  [join(root, "examples/models"), "tiny-vit.onnx", 0.85],
  [shared, "squeezenet_fp32_from_winml.onnx", 0.65],
  [shared, "vnn_resnet_4b.onnx", 0.6],
  [shared, "yolox_nano.onnx", 0.6],
  [shared, "mobilefacenet.onnx", 0.6],
  [shared, "conv_mobilenet_v2_1.0_224_fp32_clean.onnx", 0.6],
];

/** What pruning needs of simplification: parameters as plain constants. */
const cleanUp = ["freeze-inputs", "infer-types", "fold-constants", "eliminate-identities", "remove-dead-code"];

async function load(path: string): Promise<Model> {
  const { model } = await loadModel(path);
  for (const pass of cleanUp.map(passNamed)) await pass?.run(model, contextFor(pass.defaults, {}, []));
  return model;
}

async function runInOrt(model: Model, feeds: ReadonlyMap<string, RuntimeValue>): Promise<Map<string, RuntimeValue>> {
  const session = await InferenceSession.create(await encodeModel(model), {
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const given: Record<string, OrtTensor> = {};
  for (const [name, value] of feeds)
    if (isTensor(value)) given[name] = new OrtTensor(Float32Array.from(numbersOf(value)), value.shape);
  const results = await session.run(given);
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { data, dims }]) => [
      name,
      tensorFromNumbers("float32", dims, data as Float32Array),
    ]),
  );
}

describe.each(models)("%s/%s", (folder, file, share) => {
  const path = join(folder, file);
  test.skipIf(!existsSync(path))("masked equals shrunk in ONNX Runtime, and the file is smaller", async () => {
    const model = await load(path);
    const { plan, masked, shrunk } = bothWays(model, { sparsity: 0.3, multiple: 8, minKept: 4 });
    expect(plan.after.parameters / plan.before.parameters).toBeLessThan(share);
    expect(plan.after.macs).toBeLessThan(plan.before.macs);
    expect(Object.keys(shrunkSets(plan)).length).toBeGreaterThan(3);
    const feeds = randomFeeds(model, { dims: { batch: 1, batch_size: 1, N: 1 } }, 3);
    const comparison = compareValues(await runInOrt(masked, feeds), await runInOrt(shrunk, feeds), "tolerance");
    expect(comparison.verdict, comparison.detail).not.toBe("mismatch");
    expect((await encodeModel(shrunk)).byteLength).toBeLessThan((await encodeModel(model)).byteLength);
  });
});
