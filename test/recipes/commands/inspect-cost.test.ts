import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseModel, printModel } from "../../../src/ir/index.ts";
import { loadModel, saveModel } from "../../../src/onnx/index.ts";
import { inspectCost } from "../../../src/recipes/index.ts";

const product = join("examples", "cost-by-hand", "product.onnx");

test("the embedded product is what its page says", async () => {
  const { model } = await loadModel(product);
  const text = printModel(model);
  expect(text).toMatch(/%b: float32\[3,4\]/);
  expect([...model.graph.nodes()].map(({ opType }) => opType)).toEqual(["MatMul", "Add"]);
});

test("a product counted by hand", async () => {
  const { layers, scenarios, fusion, memory, parameters } = await inspectCost(product, {
    whatIf: ["int8", "fused"],
  });
  expect(layers.map(({ op, macs, bytes }) => [op, macs, bytes])).toEqual([
    ["MatMul", 36, 132],
    ["Add", 0, 48 + 48 + 16],
  ]);
  expect(parameters).toBe(16);
  expect(fusion).toEqual({ launches: 1, intermediateBytes: 48, allocations: 1 });
  expect(memory).toMatchObject({ intermediates: 1, intermediateBytes: 48, peakBytes: 96 });
  expect(scenarios.map(({ name, launches }) => [name, launches])).toEqual([
    ["as it is", 2],
    ["int8", 2],
    ["fused", 1],
    ["int8 + fused", 1],
  ]);
  const [plain, int8] = scenarios;
  expect(int8?.energy.total).toBeLessThan(plain?.energy.total ?? 0);
});

test("in INT8 a quarter of the activations lives at once: what then fits the cache costs the energy of the cache", async () => {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-cost-"));
  // 12 MiB of float32 live at once, 3 MiB of bytes.
  const inputs = "in %a: float32[1024, 1024] in %b: float32[1024, 1024]";
  const model = parseModel(`opset 17 graph g { ${inputs} %y = MatMul(%a, %b) out %y }`);
  const { path } = await saveModel(model, join(folder, "wide.onnx"));
  const { scenarios, memory } = await inspectCost(path, { whatIf: ["int8", "int8"], roofline: false });
  rmSync(folder, { recursive: true });
  expect(memory.peakBytes).toBe(12 << 20);
  expect(scenarios.map(({ name }) => name)).toEqual(["as it is", "int8"]);
  const [plain, int8] = scenarios;
  // A byte of DRAM takes 19.5 times the energy of one of a cache (Horowitz).
  expect((plain?.energy.activations ?? 0) / (int8?.energy.activations ?? 0)).toBeCloseTo(4 * 19.5);
});

test("the embedded networks cost what examples/README.md says, however many pictures", async () => {
  for (const [name, millions] of [
    ["residual-cnn", 22.4],
    ["depthwise-cnn", 10],
    ["tiny-vit", 27],
  ] as const) {
    const file = join("examples", "models", `${name}.onnx`);
    const one = await inspectCost(file, { roofline: false });
    expect(one.assumed).toEqual(["batch"]);
    const macs = one.scenarios[0]?.macs ?? 0;
    expect(macs / 1e6).toBeCloseTo(millions, 0);
    const four = await inspectCost(file, { shape: ["input:4x3x32x32"], roofline: false });
    expect(four.assumed).toEqual([]);
    expect(four.scenarios[0]?.macs).toBe(4 * macs);
    expect(four.parameters).toBe(one.parameters);
  }
});
