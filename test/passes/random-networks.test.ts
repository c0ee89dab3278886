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

const starts = Array.from({ length: 16 }, (_, i) => 501 + 50 * i);

async function check(seed: number): Promise<void> {
  const model = networkModel(seed, 6 + (seed % 25));
  const original = cloneModel(model);
  const feeds = randomFeeds(original, {}, seed);
  const before = runModel(original, feeds);
  const expectSame = (): void => {
    expect(verifyStructure(model)).toEqual([]);
    expect(inferTypes(cloneModel(model)).problems).toEqual([]);
    const { verdict, detail } = compareValues(before, runModel(model, feeds), "tolerance");
    expect(verdict, `seed ${seed}: ${detail}\n${printModel(original)}\n${printModel(model)}`).not.toBe("mismatch");
  };
  await runPreset(model, presets.O2);
  expectSame();
  expect(model.graph.nodeCount, `seed ${seed}`).toBeLessThanOrEqual(original.graph.nodeCount);
  expect(hashModel(decodeModel(encodeModel(model)))).toBe(hashModel(model));
  expect(await runPreset(model, presets.O2), `seed ${seed}\n${printModel(model)}`).toBe(0);
  const siblings = passNamed("merge-siblings");
  inferTypes(model, { onConflict: "replace" });
  await siblings?.run(model, contextFor(siblings.defaults, {}, []));
  expectSame();
}

test.each(starts)(
  "-O2 keeps the outputs of 50 random networks from %i on, adds no node, finds nothing more",
  async (start) => {
    for (let seed = start; seed < start + 50; seed++) await check(seed);
  },
);
