import { expect, test } from "vitest";
import { passNamed } from "../../passes/index.ts";
import { presets } from "../../passes/presets.ts";
import { cloneModel, hashModel, printModel, verifyStructure } from "../../src/ir/index.ts";
import { inferTypes } from "../../src/ops/index.ts";
import { decodeModel, encodeModel } from "../../src/onnx/index.ts";
import { compareValues } from "../../src/pipeline/index.ts";
import { runModel } from "../../src/reference/index.ts";
import { contextFor, randomFeeds } from "./fixture-case.ts";
import { networkModel } from "./network-model.ts";
import { runPreset } from "./simplify/support.ts";

const seeds = Array.from({ length: 150 }, (_, i) => i + 1);

test.each(seeds)("-O2 keeps the outputs of random network %i, adds no node, and finds nothing more", async (seed) => {
  const model = networkModel(seed, 6 + (seed % 25));
  const original = cloneModel(model);
  const feeds = randomFeeds(original, {}, seed);
  const before = runModel(original, feeds);
  const expectSame = (): void => {
    expect(verifyStructure(model)).toEqual([]);
    expect(inferTypes(cloneModel(model)).problems).toEqual([]);
    const { verdict, detail } = compareValues(before, runModel(model, feeds), "tolerance");
    expect(verdict, `${detail}\n${printModel(original)}\n${printModel(model)}`).not.toBe("mismatch");
  };
  await runPreset(model, presets.O2);
  expectSame();
  expect(model.graph.nodeCount).toBeLessThanOrEqual(original.graph.nodeCount);
  expect(hashModel(decodeModel(encodeModel(model)))).toBe(hashModel(model));
  expect(await runPreset(model, presets.O2), printModel(model)).toBe(0);
  const siblings = passNamed("merge-siblings");
  inferTypes(model, { onConflict: "replace" });
  await siblings?.run(model, contextFor(siblings.defaults, {}, []));
  expectSame();
});
