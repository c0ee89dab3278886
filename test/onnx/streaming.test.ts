import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateLargeModel } from "../../scripts/large-model/generate-large-model.ts";
import { Graph, NameScope, hashModel, tensorType } from "../../src/ir/index.ts";
import { decodeModel, encodeModel, loadModel, saveModel } from "../../src/onnx/index.ts";
import { modelFrom, modelOf } from "./sample-models.ts";

test("300 MB of weights pass through load and save without being held", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "infer-opt-large-"));
  try {
    const { maxRSS: before } = process.resourceUsage();
    const written = await generateLargeModel(join(folder, "large.onnx"), 300e6, 2048);
    expect(written.dataBytes).toBeGreaterThan(290e6);
    const { model, externalFiles, bytes } = await loadModel(written.path);
    expect(externalFiles[0]?.bytes).toBe(written.dataBytes);
    expect(bytes).toBeLessThan(50_000);
    const copy = await saveModel(model, join(folder, "copy.onnx"), { externalData: "always" });
    const inline = await saveModel(model, join(folder, "inline.onnx"), { externalData: "never" });
    expect(inline.bytes).toBeGreaterThan(written.dataBytes - 1_000_000);
    const { model: back } = await loadModel(copy.path);
    expect(hashModel(back)).toBe(hashModel(model));
    // resourceUsage counts in KiB; blocks of 4 MiB wait for the garbage collector.
    const grownMiB = (process.resourceUsage().maxRSS - before) / 1024;
    expect(grownMiB).toBeLessThan(150);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a graph of 20,000 nodes is read and written in a fraction of a second each", () => {
  const model = modelFrom(modelOf({ name: "g" }));
  const graph = new Graph("long", new NameScope());
  let value = graph.addInput("x", tensorType("float32", [1, 64]));
  for (let i = 0; i < 20_000; i++)
    value = graph.append({
      opType: "Relu",
      name: `node_${i}`,
      inputs: [value],
      outputs: [{ name: `value_${i}`, type: tensorType("float32", [1, 64]) }],
    }).output;
  graph.addOutput(value);
  model.graph = graph;
  const start = process.cpuUsage();
  const bytes = encodeModel(model, { valueInfo: "all" });
  const written = process.cpuUsage(start);
  const middle = process.cpuUsage();
  const back = decodeModel(bytes);
  const read = process.cpuUsage(middle);
  expect(back.graph.nodeCount).toBe(20_000);
  // Processor time in microseconds, because other work on the machine does not lengthen it. Measured: 0.35 s each.
  expect(written.user).toBeLessThan(1_500_000);
  expect(read.user).toBeLessThan(1_500_000);
});
