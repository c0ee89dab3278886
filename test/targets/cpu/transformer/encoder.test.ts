import { expect, test } from "vitest";
import { encoder } from "../../../../bench/networks/encoder.ts";
import type { Model } from "../../../../src/ir/index.ts";
import { parseModel, tensorType, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import type { LoweredRegion } from "../../../../targets/cpu/lower/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { ortValues, quantized } from "../lower/quantized-model.ts";
import { runLowered } from "../lower/run-lowered.ts";
import { hostMissing } from "../run-kernel.ts";
import { runnableDevices, runProgram } from "./run-program.ts";

const anything = (): boolean => true;

function operations({ steps }: LoweredRegion): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { workload } of steps) counts[workload.op] = (counts[workload.op] ?? 0) + 1;
  return counts;
}

/** The one region of a model that is wholly covered. */
function wholeRegion(model: Model): LoweredRegion {
  const { regions } = planRegions(model, anything);
  expect(regions).toHaveLength(1);
  const [region] = regions as [(typeof regions)[0]];
  expect(region.nodes.size).toBe([...model.graph.nodes()].length);
  return region.lowered;
}

function signalToNoise(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    signal += (expected[index] as number) ** 2;
    noise += ((actual[index] as number) - (expected[index] as number)) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

function randomInput(count: number): Float32Array {
  const next = uniformNumbers(7);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}

function smallEncoder(): Model {
  const model = encoder({ name: "small", layers: 2, tokens: 16, hidden: 32, heads: 4 }, 3);
  inferTypes(model);
  return model;
}

/** Decibels by which what a region computes, by oracles and by kernels, agrees with ONNX Runtime. */
async function agreement(model: Model, size: number): Promise<{ oracles: number; kernels: number }> {
  const region = wholeRegion(model);
  const x = randomInput(size);
  const feeds = new Map([[model.graph.inputs[0]?.name ?? "", x]]);
  const [name] = region.outputs.map((value) => value.name) as [string];
  const expected = (await ortValues(model, x, [name])).get(name) as ArrayLike<number>;
  const oracles = signalToNoise(runLowered(region, feeds).get(name) as Float32Array, expected);
  const kernels = runnableDevices.map((device) =>
    signalToNoise(runProgram(region, feeds, device).get(name) as Float32Array, expected),
  );
  return { oracles, kernels: Math.min(...kernels) };
}

test("an encoder in float32 is products, attentions and normalizations, as ONNX Runtime computes them", async () => {
  const model = smallEncoder();
  expect(operations(wholeRegion(model))).toEqual({
    ...{ "move-f32": 1, "conv-f32": 12, "attention-f32": 2, "normalization-f32": 4 },
  });
  const { oracles, kernels } = await agreement(model, 16 * 32);
  expect(oracles).toBeGreaterThan(110);
  expect(kernels).toBeGreaterThan(110);
});

test("a quantized encoder has no float32 steps but attention and normalization", async () => {
  const model = await quantized(smallEncoder());
  const region = wholeRegion(model);
  expect(operations(region)).toEqual({
    ...{ "move-f32": 1, transfer: 4, "conv-u8s8": 12, "attention-f32": 2, "normalization-f32": 4 },
  });
  const activated = region.steps.filter(({ workload }) => workload.op === "conv-u8s8" && workload.epilogue.activation);
  expect(activated).toHaveLength(2);
  const { oracles, kernels } = await agreement(model, 16 * 32);
  expect(oracles).toBeGreaterThan(45);
  expect(kernels).toBeGreaterThan(45);
});

/** Scores, softmax, mix of four heads on [1, 8, 32]; `scores` makes %s of %q, %k. */
function attentionModel(scores: string, keys = "[0, 2, 3, 1]"): Model {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[1,8,32]
    const %a: float32[32,32] = random(1)
    const %b: float32[32,32] = random(2)
    const %c: float32[32,32] = random(3)
    const %split: int64[4] = [1, 8, 4, 8]
    const %join: int64[3] = [1, 8, 32]
    const %two: float32[] = fill(2)
    const %half: float32[] = fill(0.5)
    %q0 = MatMul(%x, %a)
    %q1 = Reshape(%q0, %split)
    %q = Transpose(%q1) {perm=[0, 2, 1, 3]}
    %k0 = MatMul(%x, %b)
    %k1 = Reshape(%k0, %split)
    %k = Transpose(%k1) {perm=${keys}}
    %v0 = MatMul(%x, %c)
    %v1 = Reshape(%v0, %split)
    %v = Transpose(%v1) {perm=[0, 2, 1, 3]}
    ${scores}
    %p = Softmax(%s) {axis=-1}
    %m = MatMul(%p, %v)
    %t = Transpose(%m) {perm=[0, 2, 1, 3]}
    %y = Reshape(%t, %join)
    out %y }`);
  inferTypes(model);
  return model;
}

const forms: Readonly<Record<string, readonly [string, string?]>> = {
  "scores divided": ["%s0 = MatMul(%q, %k)\n %s = Div(%s0, %two)"],
  "scores multiplied, the factor first": ["%s0 = MatMul(%q, %k)\n %s = Mul(%half, %s0)"],
  "no scale": ["%s = MatMul(%q, %k)"],
  "queries and keys scaled": ["%q2 = Mul(%q, %half)\n %k2 = Mul(%k, %half)\n %s = MatMul(%q2, %k2)"],
  "keys transposed twice": ["%k2 = Transpose(%k) {perm=[0, 1, 3, 2]}\n %s = MatMul(%q, %k2)", "[0, 2, 1, 3]"],
};

for (const [name, [scores, keys]] of Object.entries(forms))
  test(`attention: ${name}`, async () => {
    const model = attentionModel(scores, keys);
    expect(operations(wholeRegion(model))).toMatchObject({ "conv-f32": 3, "attention-f32": 1 });
    const { oracles, kernels } = await agreement(model, 8 * 32);
    expect(oracles).toBeGreaterThan(100);
    expect(kernels).toBeGreaterThan(100);
  });

/** As `attentionModel`, one product for queries, keys and values; `split` makes %q, %k, %v [1, 4, 8, 8] of it. */
function joinedModel(split: string): Model {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[1,8,32]
    const %a: float32[32,96] = random(1)
    const %stack: int64[5] = [1, 8, 3, 4, 8]
    const %split: int64[4] = [1, 8, 4, 8]
    const %join: int64[3] = [1, 8, 32]
    const %half: float32[] = fill(0.5)
    const %zero: int64[] = fill(0)
    const %first: int64[] = fill(1)
    const %second: int64[] = fill(2)
    const %axis: int64[1] = [0]
    %j = MatMul(%x, %a)
    ${split}
    %h = Mul(%q, %half)
    %kt = Transpose(%k) {perm=[0, 1, 3, 2]}
    %s = MatMul(%h, %kt)
    %p = Softmax(%s) {axis=-1}
    %m = MatMul(%p, %v)
    %t = Transpose(%m) {perm=[0, 2, 1, 3]}
    %y = Reshape(%t, %join)
    out %y }`);
  inferTypes(model);
  return model;
}

const stacked = "%r = Reshape(%j, %stack)\n %b = Transpose(%r) {perm=[2, 0, 3, 1, 4]}\n";
const heads = (from: string, to: string): string =>
  `%${to}0 = Reshape(%${from}, %split)\n %${to} = Transpose(%${to}0) {perm=[0, 2, 1, 3]}\n`;
for (const [name, split] of Object.entries({
  "taken by Gather": `${stacked}%q = Gather(%b, %zero)\n %k = Gather(%b, %first)\n %v = Gather(%b, %second)`,
  "taken by Split and Squeeze": `${stacked}%e, %f, %g = Split(%b) {axis=0}
    %q = Squeeze(%e, %axis)\n %k = Squeeze(%f, %axis)\n %v = Squeeze(%g, %axis)`,
  "split along the channels": `%e, %f, %g = Split(%j) {axis=-1}\n ${heads("e", "q")}${heads("f", "k")}${heads("g", "v")}`,
}))
  test(`attention: queries, keys and values of one product, ${name}`, async () => {
    const model = joinedModel(split);
    expect(operations(wholeRegion(model))).toEqual({ "move-f32": 1, "conv-f32": 1, "attention-f32": 1 });
    const { oracles, kernels } = await agreement(model, 8 * 32);
    expect(oracles).toBeGreaterThan(100);
    expect(kernels).toBeGreaterThan(100);
  });

test("attention: one number a key, computed elsewhere, is added to the scores", async () => {
  const model = attentionModel(`const %keys: float32[32,1] = random(4)
    const %row: int64[4] = [1, 1, 1, 8]
    %mask0 = MatMul(%x, %keys)
    %mask = Reshape(%mask0, %row)
    %s0 = MatMul(%q, %k)
    %s1 = Mul(%s0, %half)
    %s = Add(%s1, %mask)`);
  const region = wholeRegion(model);
  const step = region.steps.find(({ workload }) => workload.op === "attention-f32");
  expect(step?.workload).toMatchObject({ mask: { head: 0, row: 0 }, keys: 8 });
  const { oracles, kernels } = await agreement(model, 8 * 32);
  expect(oracles).toBeGreaterThan(100);
  expect(kernels).toBeGreaterThan(100);
});

for (const [name, [shape, strides]] of Object.entries({
  "a query and key": ["1,1,8,8", { head: 0, row: 8 }],
  "a head, query and key": ["1,4,8,8", { head: 64, row: 8 }],
  "a key, without leading dimensions": ["8", { head: 0, row: 0 }],
}))
  test(`attention: a constant mask with one number ${name}`, async () => {
    const model = attentionModel(`const %mask: float32[${shape}] = random(4)
      %s0 = MatMul(%q, %k)
      %s1 = Mul(%s0, %half)
      %s = Add(%mask, %s1)`);
    const step = wholeRegion(model).steps.find(({ workload }) => workload.op === "attention-f32");
    expect(step?.workload).toMatchObject({ mask: strides });
    const { oracles, kernels } = await agreement(model, 8 * 32);
    expect(oracles).toBeGreaterThan(100);
    expect(kernels).toBeGreaterThan(100);
  });

test("attention: scores that somebody else reads are no attention of ours", () => {
  const model = attentionModel("%s = MatMul(%q, %k)\n out %s");
  const { regions } = planRegions(model, anything);
  expect(regions.some(({ lowered }) => "attention-f32" in operations(lowered))).toBe(false);
});

/** A product and what `gelu` makes %y of its result %h. */
function geluModel(gelu: string): Model {
  const model = parseModel(`opset 17 opset com.microsoft 1 graph g {
    in %x: float32[1,8,32]
    const %a: float32[32,96] = random(1)
    const %root: float32[] = fill(1.4142135)
    const %inverse: float32[] = fill(0.70710678)
    const %one: float32[] = fill(1)
    const %half: float32[] = fill(0.5)
    %h = MatMul(%x, %a)
    ${gelu}
    out %y }`);
  // Operators that no schema describes have the types a model declares.
  for (const output of model.graph.outputs) output.type = tensorType("float32", [1, 8, 96]);
  inferTypes(model);
  return model;
}

const behindCube = `const %weight: float32[] = fill(0.044715)
    const %factor: float32[] = fill(0.7978846)
    %w = Mul(%weight, %p)
    %u = Add(%h, %w)
    %f = Mul(%u, %factor)
    %e = Tanh(%f)
    %s = Add(%e, %one)
    %n = Mul(%h, %half)
    %y = Mul(%n, %s)`;

for (const [name, gelu] of Object.entries({
  "PyTorch's order": "%d = Div(%h, %root)\n %e = Erf(%d)\n %s = Add(%e, %one)\n %m = Mul(%h, %s)\n %y = Mul(%m, %half)",
  "half first": "%n = Mul(%h, %half)\n %d = Mul(%h, %inverse)\n %e = Erf(%d)\n %s = Add(%one, %e)\n %y = Mul(%n, %s)",
  "half last": "%d = Mul(%inverse, %h)\n %e = Erf(%d)\n %s = Add(%e, %one)\n %n = Mul(%s, %half)\n %y = Mul(%n, %h)",
  "ONNX Runtime's operator": "%y = com.microsoft::Gelu(%h)",
  "ONNX Runtime's fast operator": "%y = com.microsoft::FastGelu(%h)",
  "by tanh and Pow": `const %three: float32[] = fill(3)
    %p = Pow(%h, %three)
    ${behindCube}`,
  "by tanh and products": `%h2 = Mul(%h, %h)
    %p = Mul(%h2, %h)
    ${behindCube}`,
}))
  test(`GELU: ${name}`, async () => {
    const model = geluModel(gelu);
    expect(operations(wholeRegion(model))["conv-f32"]).toBe(1);
    const { oracles, kernels } = await agreement(model, 8 * 32);
    expect(oracles).toBeGreaterThan(100);
    expect(kernels).toBeGreaterThan(100);
  });

test("GELU: another factor is no GELU", () => {
  const wrong = "%d = Div(%h, %one)\n %e = Erf(%d)\n %s = Add(%e, %one)\n %m = Mul(%h, %s)\n %y = Mul(%m, %half)";
  const { regions } = planRegions(geluModel(wrong), anything);
  for (const { lowered } of regions)
    for (const { workload } of lowered.steps)
      if (workload.op === "conv-f32") expect(workload.epilogue.activation).not.toBe("gelu");
});

test.skipIf(hostMissing !== undefined)("kernels of an encoder run on this CPU", () => {
  expect(runnableDevices.length).toBeGreaterThan(0);
});
