import { expect, test } from "vitest";
import { passNamed } from "../../../passes/index.ts";
import { presets } from "../../../passes/presets.ts";
import { cloneModel, printModel, sizeOf, verifyStructure } from "../../../src/ir/index.ts";
import type { Model, StaticShape } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { compareValues } from "../../../src/pipeline/index.ts";
import { runModel } from "../../../src/reference/index.ts";
import { contextFor, randomFeeds } from "../fixture-case.ts";
import { randomModel } from "./random-graph.ts";
import { runPreset } from "./support.ts";

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

function expectSameOutputs(before: Model, after: Model, seed: number, preserves: "bits" | "tolerance"): void {
  const feeds = randomFeeds(before, {}, seed);
  const comparison = compareValues(runModel(before, feeds), runModel(after, feeds), preserves);
  expect(comparison.verdict, `${comparison.detail}\n${printModel(before)}\n${printModel(after)}`).not.toBe("mismatch");
}

function transposedElements(model: Model): number {
  let sum = 0;
  for (const node of model.graph.nodes())
    if (node.opType === "Transpose" && node.output.type?.kind === "tensor")
      sum += sizeOf(node.output.type.shape as StaticShape);
  return sum;
}

test.each(seeds)("-O1 keeps the bits of random model %i, and a second run changes nothing", async (seed) => {
  const model = randomModel(seed, 40);
  const original = cloneModel(model);
  await runPreset(model, presets.O1);
  expect(verifyStructure(model)).toEqual([]);
  expect(inferTypes(model).problems).toEqual([]);
  expectSameOutputs(original, model, seed, "bits");
  expect(model.graph.nodeCount).toBeLessThanOrEqual(original.graph.nodeCount);
  const text = printModel(model);
  expect(await runPreset(model, presets.O1)).toBe(0);
  expect(printModel(model)).toBe(text);
});

test.each(seeds.slice(0, 20))("-O2 stays within tolerance on random model %i", async (seed) => {
  const model = randomModel(seed + 1000, 40);
  const original = cloneModel(model);
  await runPreset(model, presets.O2);
  expectSameOutputs(original, model, seed, "tolerance");
});

test.each(seeds)("transposes of random model %i never move more than before", async (seed) => {
  const model = randomModel(seed + 2000, 30);
  inferTypes(model);
  const original = cloneModel(model);
  const pass = passNamed("push-transposes-through-sums");
  await pass?.run(model, contextFor(pass.defaults, {}, []));
  inferTypes(model, { onConflict: "replace" });
  expect(transposedElements(model)).toBeLessThanOrEqual(transposedElements(original));
  expectSameOutputs(original, model, seed, "tolerance");
});
