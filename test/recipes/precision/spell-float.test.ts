import { join } from "node:path";
import { expect, test } from "vitest";
import { selectForTarget } from "../../../passes/quantize/index.ts";
import type { Calibration } from "../../../passes/quantize/index.ts";
import type { Model } from "../../../src/ir/index.ts";
import { hashModel, parseModel } from "../../../src/ir/index.ts";
import { loadModel } from "../../../src/onnx/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import type { Form } from "../../../src/recipes/form.ts";
import { withNames } from "../../../src/recipes/precision/group-times.ts";
import { completeRanges, mixedModel, selectWithout } from "../../../src/recipes/precision/mix-precision.ts";
import { groupUnits, precisionUnits } from "../../../src/recipes/precision/precision-units.ts";
import type { Int8Recipe } from "../../../src/recipes/quantize-form.ts";
import type { Spellings } from "../../../src/recipes/precision/spell-float.ts";
import { openSpellings } from "../../../src/recipes/precision/spell-float.ts";
import { targets } from "../../../targets/index.ts";

const target = targets.find(({ id }) => id === "onnxruntime");
if (target === undefined) throw new Error("no such target");
const facts = target.facts(undefined);

interface Opened {
  readonly recipe: Int8Recipe;
  readonly spellings: Spellings;
  readonly groups: readonly string[];
}

/** The spellings of a model with a range for all that its plain INT8 observes. */
function open(float: Model, exclude = "", disabled: readonly string[] = []): Opened {
  inferTypes(float);
  const exclusions = { nodesToExclude: exclude, opTypesToExclude: [], outputsToExclude: [] };
  const plain = selectForTarget(float, facts, exclusions);
  const observed = [...plain.rangeSources.values()].flat().map(({ name }) => name);
  const ranges = Object.fromEntries(observed.map((name) => [name, { min: -3, max: 4 }]));
  const means = Object.fromEntries(plain.weighted.map(({ activation }) => [activation.name, [0.5, 0.25, 0.125]]));
  const calibration = { ranges, means } as unknown as Calibration;
  const recipe: Int8Recipe = { base: { name: "float" } as unknown as Form, float, calibration, exclusions };
  const named = { ...recipe, float: withNames(float) };
  const selection = selectWithout(named, [], facts);
  const complete = { ...recipe, calibration: completeRanges(named, selection) };
  const groups = groupUnits(precisionUnits(selection));
  const { signal } = new AbortController();
  const spellings = openSpellings(complete, groups, facts, new Set(disabled), signal);
  return { recipe: complete, spellings, groups: groups.map(({ name }) => name) };
}

const example = async (stem: string): Promise<Model> =>
  (await loadModel(join(import.meta.dirname, "..", "..", "..", "examples", "models", `${stem}.onnx`))).model;

function count(model: Model, opType: string): number {
  return [...model.graph.nodes()].filter((node) => node.opType === opType).length;
}

/** The model of some spellings with these groups in INT8. */
function make({ spellings }: Opened, rewrites: readonly string[], int8: readonly string[]): Model {
  const spelled = spellings.of(new Set(rewrites));
  expect(spelled.rewrites).toEqual(spellings.offered.map(({ name }) => name).filter((name) => rewrites.includes(name)));
  return mixedModel(spelled.recipe, spelled.floatOutputs(new Set(int8)), facts, spelled.plan());
}

test.each(["residual-cnn", "depthwise-cnn"])(
  "%s: every spelling can be quantized as a whole, in part and not at all",
  async (stem) => {
    const opened = open(await example(stem));
    const { spellings, groups, recipe } = opened;
    expect(spellings.offered.length).toBeGreaterThan(0);
    const all = count(make(opened, [], groups), "QuantizeLinear");
    for (const { name, places } of spellings.offered) {
      expect(places).toBeGreaterThan(0);
      const int8 = make(opened, [name], groups);
      expect(inferTypes(int8, { onConflict: "replace" }).problems).toEqual([]);
      // What was INT8 stays so.
      expect(count(int8, "QuantizeLinear"), name).toBeGreaterThanOrEqual(all);
      const names = [...int8.graph.nodes()].map((node) => node.name).filter((own) => own !== "");
      expect(new Set(names).size).toBe(names.length);
      const part = count(make(opened, [name], groups.slice(1)), "QuantizeLinear");
      expect(part, name).toBeLessThan(count(int8, "QuantizeLinear") + 2);
      const none = make(opened, [name], []);
      expect(count(none, "QuantizeLinear")).toBe(0);
      expect(hashModel(none)).not.toBe(hashModel(recipe.float));
    }
    // Nothing asked for is the model as it was, names included.
    expect(hashModel(make(opened, [], []), { names: true })).toBe(hashModel(recipe.float, { names: true }));
  },
);

const first = `opset 17
graph g {
  in %x: float32[1,3,8,8]
  const %w: float32[4,3,3,3] = random(1)
  const %v: float32[4,4,8,8] = random(2)
  %t = Conv(%x, %w) {pads=[1, 1, 1, 1]} @first
  %u = Relu(%t) @relu
  %y = Conv(%u, %v) @last
  out %y
}`;

test("what is padded keeps its range and its means, and the channels that were added have mean 0", () => {
  const opened = open(parseModel(first));
  expect(opened.spellings.offered.map(({ name }) => name)).toEqual(["pad-channels", "widen-outputs"]);
  const { calibration } = opened.spellings.of(new Set(["pad-channels"])).recipe;
  const made = Object.keys(calibration.ranges).filter((name) => opened.recipe.calibration.ranges[name] === undefined);
  expect(made).toHaveLength(1);
  const [padded = ""] = made;
  expect(calibration.ranges[padded]).toEqual({ min: -3, max: 4 });
  expect(calibration.means[padded]).toEqual([0.5, 0.25, 0.125, 0]);
});

test("ranges and means hold for what is widened in place", () => {
  const text = `opset 17
graph g {
  in %x: float32[1,4,8,8]
  const %w: float32[24,4,1,1] = random(1)
  const %d: float32[24,1,3,3] = random(2)
  const %v: float32[16,24,1,1] = random(3)
  %p = Conv(%x, %w)
  %q = Relu(%p)
  %r = Conv(%q, %d) {group=24, pads=[1, 1, 1, 1]}
  %y = Conv(%r, %v)
  out %y
}`;
  const opened = open(parseModel(text));
  expect(opened.spellings.offered.map(({ name }) => name)).toEqual(["widen-depthwise"]);
  const { calibration } = opened.spellings.of(new Set(["widen-depthwise"])).recipe;
  expect(calibration.ranges).toEqual(opened.recipe.calibration.ranges);
  expect(calibration.means["r"]).toHaveLength(32);
  const [plain, wide] = [[], ["widen-depthwise"]].map((rewrites) => make(opened, rewrites, opened.groups));
  expect(count(wide as Model, "QuantizeLinear")).toBe(count(plain as Model, "QuantizeLinear"));
});

test("what a user keeps in float, or switches off, stays so in every spelling", () => {
  const kept = open(parseModel(first), "first");
  const both = make(kept, ["pad-channels", "widen-outputs"], kept.groups);
  const convs = [...both.graph.nodes()].filter(({ opType }) => opType === "Conv");
  expect(convs.map((conv) => conv.input(1)?.producer?.opType)).toEqual([undefined, "DequantizeLinear"]);
  const { offered } = open(parseModel(first), "", ["pad-channels"]).spellings;
  expect(offered.map(({ name }) => name)).toEqual(["widen-outputs"]);
});
