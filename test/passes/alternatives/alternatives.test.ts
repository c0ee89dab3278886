import fc from "fast-check";
import { expect, test } from "vitest";
import { alternatives } from "../../../passes/alternatives/index.ts";
import { passes } from "../../../passes/index.ts";
import { presets } from "../../../passes/presets.ts";
import { cloneModel, hashModel, intAttr, parseModel, printModel, verifyStructure } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { compareValues } from "../../../src/pipeline/compare.ts";
import { runModel } from "../../../src/reference/index.ts";
import { contextFor, randomFeeds } from "../fixture-case.ts";

/** Spells the text otherwise; what comes out must mean the same, and be spelled so for good. Gives operators by number. */
function respell(name: string, text: string, places: number): ReadonlyMap<string, number> {
  const alternative = alternatives.find((each) => each.name === name);
  if (alternative === undefined) throw new Error(`there is no alternative ${name}`);
  const model = parseModel(text);
  expect(inferTypes(model).problems).toEqual([]);
  const original = cloneModel(model);
  const context = contextFor(null, {}, []);
  const { changes } = alternative.run(model, context);
  const printed = printModel(model);
  expect(changes, printed).toBe(places);
  expect(verifyStructure(model)).toEqual([]);
  expect(inferTypes(cloneModel(model)).problems, printed).toEqual([]);
  const once = hashModel(model);
  expect(alternative.run(model, context).changes).toBe(0);
  expect(hashModel(model)).toBe(once);
  expect(model.graph.outputs.map((output) => output.name)).toEqual(original.graph.outputs.map((output) => output.name));
  const feeds = randomFeeds(original, {}, 7);
  const { verdict, detail } = compareValues(runModel(original, feeds), runModel(model, feeds), "tolerance");
  expect(verdict, `${detail}\n${text}\n${printed}`).not.toBe("mismatch");
  const counts = new Map<string, number>();
  for (const { opType } of model.graph.nodes()) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  return counts;
}

const graph = (input: string, body: string): string => `opset 17
graph g {
  in %x: float32[${input}]
${body}
  out %y
}`;

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const seed = small(1_000_000);
const bias = fc.boolean();

function weights(shape: readonly number[], outputs: number, hasBias: boolean, at: number): string {
  return `  const %w: float32[${shape.join(",")}] = random(${at})${hasBias ? `\n  const %b: float32[${outputs}] = random(${at + 1})` : ""}`;
}

test("no preset has an alternative, and each is a pass that can be named", () => {
  const names = alternatives.map(({ name }) => name);
  expect(passes.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  const inPresets = Object.values(presets).flatMap((stages) => stages.flatMap(({ lines }) => lines));
  expect(inPresets.filter(({ pass }) => names.includes(pass))).toEqual([]);
});

test("channels of zeros change nothing, and come only in front of windows over an odd number of channels", () => {
  fc.assert(
    fc.property(small(6), small(3), small(3), fc.integer({ min: 0, max: 1 }), bias, seed, (c, m, k, pad, b, at) => {
      const text = graph(
        `2,${c},5,4`,
        `${weights([m, c, k, k], m, b, at)}
  %y = Conv(%x, %w${b ? ", %b" : ""}) {pads=[${pad}, ${pad}, ${pad}, ${pad}], strides=[2, 1]}`,
      );
      const isOdd = c % 4 !== 0 && k > 1;
      const counts = respell("pad-channels", text, isOdd ? 1 : 0);
      expect(counts.get("Pad") ?? 0).toBe(isOdd ? 1 : 0);
    }),
    { numRuns: 40 },
  );
  const grouped = graph("1,3,5,5", `${weights([3, 1, 3, 3], 3, false, 1)}\n  %y = Conv(%x, %w) {group=3}`);
  respell("pad-channels", grouped, 0);
});

test("filters of zeros change nothing, and are cut off behind the clamp", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 26 }),
      small(3),
      fc.constantFrom("Relu", "Clip", "Neg"),
      bias,
      seed,
      (m, k, next, b, at) => {
        const clip = "\n  const %low: float32[] = -0.5\n  const %high: float32[] = 0.5";
        const text = graph(
          "2,3,4,4",
          `${weights([m, 3, k, k], m, b, at)}${next === "Clip" ? clip : ""}
  %t = Conv(%x, %w${b ? ", %b" : ""})
  %y = ${next}(%t${next === "Clip" ? ", %low, %high" : ""})`,
        );
        const isOdd = m < 16 || m % 8 !== 0;
        const counts = respell("widen-outputs", text, isOdd ? 1 : 0);
        expect(counts.get("Slice") ?? 0).toBe(isOdd ? 1 : 0);
      },
    ),
    { numRuns: 40 },
  );
});

/** A depthwise convolution between two dense ones, with a gate, its own mean and a sum around it. */
const block = (channels: number, after: string): string =>
  graph(
    "2,3,5,4",
    `  const %w: float32[${channels},3,1,1] = random(1)
  const %b: float32[${channels}] = random(2)
  const %d: float32[${channels},1,3,3] = random(3)
  const %s: float32[${channels},${channels},1,1] = random(4)
  const %v: float32[2,${channels},1,1] = random(5)
  %p = Conv(%x, %w, %b)
  %q = HardSwish(%p)
  %r = Conv(%q, %d) {group=${channels}, pads=[1, 1, 1, 1]}
  %m = GlobalAveragePool(%r)
  %g = Conv(%m, %s)
  %h = Sigmoid(%g)
  %t = Mul(%r, %h)
  %u = Add(%t, %p)
  ${after}`,
  );

test("channels of zeros around a depthwise convolution reach all that has its channels, and no further", () => {
  for (const channels of [2, 12, 24]) {
    const text = block(channels, "%y = Conv(%u, %v)");
    const model = parseModel(text);
    inferTypes(model);
    const [widen] = alternatives;
    expect(widen?.run(model, contextFor(null, {}, [])).changes).toBe(1);
    const groups = [...model.graph.nodes()].map((node) => intAttr(node, "group", 1)).filter((group) => group > 1);
    expect(groups).toEqual([channels < 16 ? 16 : 32]);
    respell("widen-depthwise", text, 1);
  }
  respell("widen-depthwise", block(16, "%y = Conv(%u, %v)"), 0);
  // What leaves the graph keeps its channels, and what zeros make infinite would spoil the products behind it.
  respell("widen-depthwise", block(12, "%y = Relu(%u)"), 0);
  respell("widen-depthwise", block(12, "%l = Exp(%u)\n  %k = Div(%l, %l)\n  %y = Conv(%k, %v)"), 0);
});

test("the class of each pixel is sought with channels last, at the same places", () => {
  const picture = (options: { mode: string; axis: number; keep: number; factors: string; op: string }): string =>
    graph(
      "2,5,3,4",
      `  const ${options.factors === "sizes" ? "%sizes: int64[4] = [2, 5, 7, 9]" : "%scales: float32[4] = [1, 1, 2.5, 3]"}
  %r = Resize(%x, _, ${options.factors === "sizes" ? "_, %sizes" : "%scales"}) {mode="${options.mode}", coordinate_transformation_mode="half_pixel"}
  %y = ${options.op}(%r) {axis=${options.axis}, keepdims=${options.keep}}`,
    );
  fc.assert(
    fc.property(
      fc.constantFrom("linear", "nearest"),
      fc.constantFrom(1, -3, 2),
      fc.constantFrom(0, 1),
      fc.constantFrom("sizes", "scales"),
      fc.constantFrom("ArgMax", "ArgMin"),
      (mode, axis, keep, factors, op) => {
        const fits = mode === "linear" && axis !== 2;
        const counts = respell("last-channel", picture({ mode, axis, keep, factors, op }), fits ? 1 : 0);
        expect(counts.get("Transpose") ?? 0).toBe(fits ? 1 + keep : 0);
      },
    ),
    { numRuns: 24 },
  );
});
