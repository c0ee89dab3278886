import { expect, test } from "vitest";
import { encoder } from "../../../../bench/networks/encoder.ts";
import type { Model } from "../../../../src/ir/index.ts";
import { parseModel, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import type { LoweredRegion } from "../../../../targets/cpu/lower/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { bf16Device } from "../float/random-float.ts";
import { runProgram } from "../transformer/run-program.ts";
import { exampleModel, ortValues } from "./quantized-model.ts";

const { device, runs } = bf16Device;
if (!runs) console.warn("programs with bfloat16 are not run: this CPU has no AVX512_BF16, or there is no host library");

function region(model: Model, products: "f32" | "bf16"): LoweredRegion {
  const [first] = planRegions(model, () => true, products).regions;
  if (first === undefined) throw new Error("no region");
  return first.lowered;
}

function operations({ steps }: LoweredRegion): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { workload } of steps) counts[workload.op] = (counts[workload.op] ?? 0) + 1;
  return counts;
}

/** Decibels by which what a region computes agrees with ONNX Runtime. */
async function agreement(model: Model, lowered: LoweredRegion, size: number): Promise<number> {
  const next = uniformNumbers(5);
  const x = Float32Array.from({ length: size }, () => 2 * next() - 1);
  const [input, output] = [model.graph.inputs[0]?.name ?? "", lowered.outputs[0]?.name ?? ""];
  const expected = (await ortValues(model, x, [output])).get(output) as ArrayLike<number>;
  const actual = runProgram(lowered, new Map([[input, x]]), device).get(output) as Float32Array;
  let [signal, noise] = [0, 0];
  actual.forEach((value, index) => {
    signal += (expected[index] as number) ** 2;
    noise += (value - (expected[index] as number)) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

function smallEncoder(): Model {
  const model = encoder({ name: "small", layers: 2, tokens: 64, hidden: 128, heads: 4 }, 3);
  inferTypes(model);
  return model;
}

/** Matrix products of images as they are, and convolutions, that read and add each other's results. */
function mixedLayouts(): Model {
  const model = parseModel(`opset 17 graph g { in %x: float32[1,64,16,64] const %v: float32[64,64,1,1] = random(1)
    const %m: float32[64,64] = random(2) const %w: float32[64,64,3,3] = random(3)
    %c = Conv(%x, %v) %p = MatMul(%c, %m) %d = Conv(%c, %w) {pads=[1, 1, 1, 1]} %s = Add(%p, %d)
    %e = Conv(%s, %v) %f = MatMul(%e, %m) %g = MatMul(%f, %m) %y = Conv(%g, %w) {pads=[1, 1, 1, 1]} out %y }`);
  inferTypes(model);
  return model;
}

test("products of an encoder read bfloat16: narrowed where normalization and attention made it", () => {
  const counts = operations(region(smallEncoder(), "bf16"));
  expect(counts).toEqual({
    ...{ "move-f32": 1, "conv-bf16": 12, "attention-f32": 2, "normalization-f32": 4, "narrow-f32": 6 },
  });
  const { steps } = region(smallEncoder(), "bf16");
  const stored = steps.filter(({ workload }) => workload.op === "conv-bf16" && workload.epilogue.out === "bf16");
  // What GELU is applied to goes from product to product.
  expect(stored).toHaveLength(2);
});

test("convolutions store bfloat16 for each other, residuals too; nothing else changes", async () => {
  const model = await exampleModel("residual-cnn");
  const [single, narrow] = [region(model, "f32"), region(model, "bf16")];
  const [before, after] = [operations(single), operations(narrow)];
  expect(after["conv-bf16"]).toBeGreaterThan(2);
  expect((after["conv-bf16"] ?? 0) + (after["conv-f32"] ?? 0)).toBe(before["conv-f32"]);
  for (const { workload } of narrow.steps)
    if (workload.op === "conv-bf16")
      expect([workload.inputs % 2, workload.x.pixel % 2, workload.x.row % 2]).toEqual([0, 0, 0]);
});

test("a tensor is bfloat16 in one layout only", () => {
  const { steps } = region(mixedLayouts(), "bf16");
  const narrow = steps.filter(({ workload }) => workload.op === "conv-bf16");
  expect(narrow.length).toBeGreaterThan(2);
  // From one product of matrices to the next.
  expect(narrow.some(({ workload }) => workload.op === "conv-bf16" && workload.epilogue.out === "bf16")).toBe(true);
});

test.skipIf(!runs)("programs with bfloat16 agree with ONNX Runtime to its rounding", async () => {
  const network = smallEncoder();
  const encoded = await agreement(network, region(network, "bf16"), 64 * 128);
  expect(encoded).toBeGreaterThan(40);
  expect(encoded).toBeLessThan(80);
  const cnn = await exampleModel("residual-cnn");
  const classified = await agreement(cnn, region(cnn, "bf16"), 3 * 32 * 32);
  expect(classified).toBeGreaterThan(40);
  expect(classified).toBeLessThan(80);
  const mixed = mixedLayouts();
  const layouts = await agreement(mixed, region(mixed, "bf16"), 64 * 16 * 64);
  expect(layouts).toBeGreaterThan(40);
  expect(layouts).toBeLessThan(80);
});
