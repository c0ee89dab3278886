import { join } from "node:path";
import { expect, test } from "vitest";
import { printModel } from "../../src/ir/index.ts";
import { loadModel } from "../../src/onnx/index.ts";
import { inspectCost } from "../../src/recipes/index.ts";

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
