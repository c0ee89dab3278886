import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { passNamed } from "../../passes/index.ts";
import { presets } from "../../passes/presets.ts";
import type { Model } from "../../src/ir/index.ts";
import { parseModel } from "../../src/ir/index.ts";
import { loadModel, saveModel } from "../../src/onnx/index.ts";
import { contextFor } from "./fixture-case.ts";

/** Number of nodes by operator in the graph that onnxruntime makes of the model. */
async function operatorsAfterLoading(model: Model): Promise<ReadonlyMap<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), "infer-opt-test-"));
  try {
    const source = join(folder, "model.onnx");
    const optimized = join(folder, "optimized.onnx");
    await saveModel(model, source);
    const session = await ort.InferenceSession.create(source, {
      graphOptimizationLevel: "extended",
      optimizedModelFilePath: optimized,
      logSeverityLevel: 3,
    });
    await session.release();
    const counts = new Map<string, number>();
    for (const node of (await loadModel(optimized)).model.graph.nodes())
      counts.set(node.opType, (counts.get(node.opType) ?? 0) + 1);
    return counts;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function optimize(model: Model): Promise<void> {
  for (const { lines } of presets.O2)
    for (let round = 0; round < 4; round++)
      for (const { pass: name } of lines) {
        const pass = passNamed(name);
        if (pass === undefined) throw new Error(`a preset names the unknown pass ${name}`);
        await pass.run(model, contextFor(pass.defaults, {}, []));
      }
}

const gelu = `%ga = Div(%h, %r2) %gb = Erf(%ga) %gc = Add(%gb, %one) %gd = Mul(%h, %gc) %g = Mul(%gd, %half)`;
const norm = `%nm = ReduceMean(%x) {axes=[-1]} %nc = Sub(%x, %nm) %np = Pow(%nc, %two) %nv = ReduceMean(%np) {axes=[-1]}
  %ne = Add(%nv, %eps) %ns = Sqrt(%ne) %nn = Div(%nc, %ns) %nw = Mul(%nn, %gamma) %n = Add(%nw, %beta)`;

/** A transformer's feed-forward part as exporters before opset 17 write it. */
const block = `opset 13
graph g {
  in %x: float32[1,8,16]
  const %r2: float32[] = 1.4142135
  const %one: float32[] = 1
  const %half: float32[] = 0.5
  const %two: float32[] = 2
  const %eps: float32[] = 0.00001
  const %gamma: float32[16] = random(1)
  const %beta: float32[16] = random(2)
  const %w1: float32[16,32] = random(3)
  const %b1: float32[32] = random(4)
  const %w2: float32[32,16] = random(5)
  ${norm}
  %h0 = MatMul(%n, %w1)
  %h = Add(%h0, %b1)
  ${gelu}
  %o = MatMul(%g, %w2)
  %y: float32[1,8,16] = Add(%o, %x)
  out %y
}`;

test("what onnxruntime fuses when it loads a model, it fuses in ours as well", async () => {
  const model = parseModel(block);
  const before = await operatorsAfterLoading(model);
  expect(before.get("LayerNormalization"), "the example is one that onnxruntime fuses").toBe(1);
  expect((before.get("Gelu") ?? 0) + (before.get("BiasGelu") ?? 0)).toBe(1);
  await optimize(model);
  const after = await operatorsAfterLoading(model);
  for (const opType of ["LayerNormalization", "Gelu", "BiasGelu", "MatMul"])
    expect(after.get(opType), opType).toBe(before.get(opType));
});
