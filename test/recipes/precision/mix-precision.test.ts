import { join } from "node:path";
import { expect, test } from "vitest";
import { selectForTarget } from "../../../passes/quantize/index.ts";
import type { Calibration } from "../../../passes/quantize/index.ts";
import { hashModel } from "../../../src/ir/index.ts";
import { loadModel } from "../../../src/onnx/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import type { Form } from "../../../src/recipes/form.ts";
import { withNames } from "../../../src/recipes/precision/group-times.ts";
import { completeRanges, mixedModel, plainPlan, selectWithout } from "../../../src/recipes/precision/mix-precision.ts";
import { groupUnits, precisionUnits } from "../../../src/recipes/precision/precision-units.ts";
import type { Int8Recipe } from "../../../src/recipes/quantize-form.ts";
import { targets } from "../../../targets/index.ts";

const exclusions = { nodesToExclude: "", opTypesToExclude: [], outputsToExclude: [] };

async function recipeOf(stem: string): Promise<Int8Recipe> {
  const loaded = await loadModel(join(import.meta.dirname, "..", "..", "..", "examples", "models", `${stem}.onnx`));
  const float = withNames(loaded.model);
  inferTypes(float);
  const selection = selectForTarget(float, facts, exclusions);
  const observed = new Set([...selection.rangeSources.values()].flat().map(({ name }) => name));
  const ranges = Object.fromEntries([...observed].map((name) => [name, { min: -3, max: 4 }]));
  const calibration = { ranges, means: {} } as unknown as Calibration;
  const base = { name: "float" } as unknown as Form;
  return { base, float, calibration, exclusions };
}

const target = targets.find(({ id }) => id === "onnxruntime");
if (target === undefined) throw new Error("no such target");
const facts = target.facts(undefined);

/** Every mixture of a few groups must be a model: ranges are there, names are unique, scales are those made anew. */
test.each(["residual-cnn", "tiny-vit"])("%s: every mixture can be made", async (stem) => {
  const plain = await recipeOf(stem);
  const selection = selectWithout(plain, [], facts);
  const recipe = { ...plain, calibration: completeRanges(plain, selection) };
  const groups = groupUnits(precisionUnits(selection)).slice(1, 3);
  const plan = plainPlan(recipe, selection, facts);
  const count = (outputs: readonly string[]): number => {
    const model = mixedModel(recipe, outputs, facts, plan);
    const names = [...model.graph.nodes()].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const anew = mixedModel(recipe, outputs, facts);
    expect(hashModel(model)).toBe(hashModel(anew));
    return [...model.graph.nodes()].filter(({ opType }) => opType === "QuantizeLinear").length;
  };
  const all = count([]);
  expect(all).toBeGreaterThan(groups.length);
  for (let mask = 1; mask < 2 ** groups.length; mask++) {
    const outputs = groups.flatMap(({ units }, i) => ((mask >> i) & 1 ? units.map(({ output }) => output) : []));
    expect(count(outputs)).toBeLessThanOrEqual(all + 1);
  }
  const everything = groupUnits(precisionUnits(selection)).flatMap(({ units }) => units.map(({ output }) => output));
  expect(count(everything)).toBe(0);
});
