import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { passNamed, passes } from "../../../passes/index.ts";
import { presets } from "../../../passes/presets.ts";
import { attr, Graph, hashModel, modelAround, NameScope, tensorType } from "../../../src/ir/index.ts";
import type { Model } from "../../../src/ir/index.ts";
import { encodeModel, loadModel } from "../../../src/onnx/index.ts";
import { runPreset } from "./support.ts";

const models = join(import.meta.dirname, "..", "..", "..", "..", "shared", "models");

test("pass names are unique, and presets name passes of their stage or clean-up", () => {
  expect(new Set(passes.map((pass) => pass.name)).size).toBe(passes.length);
  for (const stages of Object.values(presets))
    for (const { lines } of stages) {
      expect(new Set(lines.map((line) => line.pass)).size).toBe(lines.length);
      for (const { pass, why } of lines) {
        expect(passNamed(pass), pass).toBeDefined();
        expect(why.length).toBeGreaterThan(10);
      }
    }
});

test("O1 keeps every bit", () => {
  for (const { lines } of presets.O1) for (const { pass } of lines) expect(passNamed(pass)?.preserves).toBe("bits");
});

/** A chain of `count` nodes with no-ops, transposes and arithmetic, as long models have them. */
function chain(count: number): Model {
  const graph = new Graph("chain", new NameScope());
  const type = tensorType("float32", [2, 3, 4]);
  let value = graph.addInput("x", type);
  const ops = ["Relu", "Identity", "Sigmoid", "Add", "Transpose", "Tanh", "Transpose"] as const;
  for (let i = 0; i < count; i++) {
    const opType = ops[i % ops.length] ?? "Relu";
    const attributes = opType === "Transpose" ? { perm: attr.ints([0, 2, 1]) } : {};
    const inputs = opType === "Add" ? [value, value] : [value];
    value = graph.append({ opType, name: `n${i}`, inputs, attributes }).output;
  }
  graph.addOutput(value);
  return modelAround(graph, 17);
}

test("time grows with the number of nodes, not with its square", async () => {
  const timed = async (count: number): Promise<number> => {
    const model = chain(count);
    // Processor time: other tests run at the same time.
    const start = process.cpuUsage();
    await runPreset(model, presets.O2);
    expect([...model.graph.nodes()].some((node) => node.opType === "Identity")).toBe(false);
    return process.cpuUsage(start).user / 1000;
  };
  await timed(1000);
  const small = await timed(4000);
  const large = await timed(20_000);
  expect(large).toBeLessThan(Math.max(5_000, 12 * small));
});

const files = existsSync(models) ? readdirSync(models).filter((name) => name.endsWith(".onnx")) : [];

describe.skipIf(files.length === 0)("shared models (../shared/models; skipped where absent)", () => {
  test.each(files.filter((name) => name !== "lfs_pointer.onnx"))("%s", async (name) => {
    const path = join(models, name);
    const { model, bytes } = await loadModel(path);
    const before = [...model.graph.allNodes()].length;
    await runPreset(model, presets.O2, bytes);
    const after = [...model.graph.allNodes()].length;
    expect(after).toBeLessThanOrEqual(before);
    const best = slimCounts[name];
    if (best !== undefined) expect(after).toBeLessThanOrEqual(best);
    const hash = hashModel(model);
    expect(encodeModel(model, { referencesFrom: path }).byteLength).toBeLessThanOrEqual(Math.ceil(bytes * 1.01) + 64);
    expect(await runPreset(model, presets.O2, bytes), "a second run finds nothing").toBe(0);
    expect(hashModel(model)).toBe(hash);
  });
});

/** Nodes, those of subgraphs included, that onnxslim 0.1.98 leaves, where its result is right (npm run bench:simplify). */
const slimCounts = JSON.parse(readFileSync(join(import.meta.dirname, "onnxslim.json"), "utf8")) as Readonly<
  Record<string, number>
>;
