import { expect, test } from "vitest";
import type { Model } from "../../../../src/ir/index.ts";
import { parseModel, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import type { LoweredRegion } from "../../../../targets/cpu/lower/index.ts";
import { x64Test } from "../reference/ort-evaluate.ts";
import { exampleModel, ortValues, quantized } from "./quantized-model.ts";
import { runLowered } from "./run-lowered.ts";

const anything = (): boolean => true;

/** Operations of a region's steps with how often they occur. */
function operations({ steps }: LoweredRegion): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { workload } of steps) counts[workload.op] = (counts[workload.op] ?? 0) + 1;
  return counts;
}

function randomInput(model: Model, seed: number): Float32Array {
  const [input] = model.graph.inputs;
  const shape = input?.type?.kind === "tensor" ? (input.type.shape as readonly number[]) : [];
  const next = uniformNumbers(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 3 * (next() * 2 - 1));
}

for (const name of ["residual-cnn", "depthwise-cnn"])
  x64Test(`the integer steps of ${name} compute what ONNX Runtime computes of its QDQ form, bit for bit`, async () => {
    const model = await quantized(await exampleModel(name));
    const { regions } = planRegions(model, (workload) => !workload.op.endsWith("f32"));
    expect(regions).toHaveLength(1);
    const lowered = (regions[0] as (typeof regions)[0]).lowered;
    const x = randomInput(model, 5);
    const [input] = lowered.inputs;
    const ours = runLowered(lowered, new Map([[input?.name ?? "", x]]));
    const theirs = await ortValues(model, x, [...ours.keys()]);
    for (const [value, bytes] of ours) expect(Array.from(bytes), value).toEqual(Array.from(theirs.get(value) ?? []));
  });

test("residuals, activations and squeeze-excite gates become parts of other kernels", async () => {
  const residual = planRegions(await quantized(await exampleModel("residual-cnn")), anything).regions[0];
  expect(residual).toBeDefined();
  expect(operations((residual as { lowered: LoweredRegion }).lowered)).not.toHaveProperty("binary-u8");
  const depthwise = planRegions(await quantized(await exampleModel("depthwise-cnn")), anything).regions[0];
  const counts = operations((depthwise as { lowered: LoweredRegion }).lowered);
  expect(counts).not.toHaveProperty("table-u8");
  expect(counts["depthwise-u8s8"]).toBeGreaterThan(0);
});

/** A float32 network in the text form, with its types. */
function network(body: string): Model {
  const model = parseModel(`opset 17 graph g { ${body} }`);
  inferTypes(model);
  return model;
}

test("a concatenation is written in place, its halo by one step", () => {
  const model = network(`
    in %x: float32[1,8,6,6]
    const %a: float32[16,8,1,1] = random(1)
    const %b: float32[24,8,3,3] = random(2)
    const %c: float32[8,40,3,3] = random(3)
    %l = Conv(%x, %a)
    %r = Conv(%x, %b) {pads=[1, 1, 1, 1]}
    %j = Concat(%l, %r) {axis=1}
    %y = Conv(%j, %c) {pads=[1, 1, 1, 1]}
    out %y`);
  const { regions, refusals } = planRegions(model, anything);
  expect(refusals).toEqual([]);
  const { lowered } = regions[0] as (typeof regions)[0];
  expect(operations(lowered)).toEqual({ "conv-f32": 3, "fill-border-f32": 2, "move-f32": 2 });
  const slices = lowered.steps.filter(({ workload }) => workload.op === "conv-f32").slice(0, 2);
  expect(slices.map(({ workload }) => (workload.op === "conv-f32" ? workload.y.pixel : 0))).toEqual([40, 40]);
});

test("a workload without a kernel leaves its nodes plain and keeps the rest", () => {
  const model = network(`
    in %x: float32[1,16,8,8]
    const %a: float32[16,16,3,3] = random(1)
    const %b: float32[16,16,3,3] = random(2)
    %l = Conv(%x, %a) {pads=[1, 1, 1, 1]} @first
    %s = Sigmoid(%l) @gate
    %p = MaxPool(%s) {kernel_shape=[2, 2], strides=[2, 2]} @pool
    %y = Conv(%p, %b) {pads=[1, 1, 1, 1]} @second
    out %y`);
  const { regions, refusals } = planRegions(model, ({ op }) => op !== "pool-f32");
  expect(regions.map(({ nodes }) => [...nodes].map(({ name }) => name))).toEqual([["first", "gate"], ["second"]]);
  expect(refusals.map(({ node, reason }) => `${node.name}: ${reason}`)).toEqual([
    "pool: no kernel for pool-f32 4x4 16 2x2 stride 2x2",
  ]);
});

test("a value that is read in the middle of a fused chain keeps its own place", () => {
  const model = network(`
    in %x: float32[1,16,8,8]
    const %a: float32[16,16,3,3] = random(1)
    const %b: float32[16,16,1,1] = random(2)
    %l = Conv(%x, %a) {pads=[1, 1, 1, 1]}
    %s = Relu(%l)
    %y = Conv(%s, %b)
    out %y
    out %l`);
  const { regions } = planRegions(model, anything);
  const { lowered } = regions[0] as (typeof regions)[0];
  expect(lowered.outputs.map(({ name }) => name).sort()).toEqual(["l", "y"]);
  expect(operations(lowered)).toMatchObject({ "conv-f32": 2, "unary-f32": 1 });
});

test("an op whose result cannot leave a region in its order of axes stays out", () => {
  const model = network(`
    in %x: float32[1,8,6,6]
    const %xs: float32[] = 0.02 const %xz: uint8[] = 128
    const %w: int8[16,8,3,3] = fill(3)
    const %ws: float32[] = 0.01 const %wz: int8[] = 0
    %q = QuantizeLinear(%x, %xs, %xz)
    %d = DequantizeLinear(%q, %xs, %xz)
    %wd = DequantizeLinear(%w, %ws, %wz)
    %c = Conv(%d, %wd) {pads=[1, 1, 1, 1]}
    %cq = QuantizeLinear(%c, %xs, %xz)
    %cd = DequantizeLinear(%cq, %xs, %xz)
    %t = Transpose(%cd) {perm=[0, 2, 1, 3]} @turn
    %tq = QuantizeLinear(%t, %xs, %xz) @after
    %y = DequantizeLinear(%tq, %xs, %xz)
    out %y`);
  const { regions, refusals } = planRegions(model, anything);
  expect(refusals.map(({ reason }) => reason)).toEqual(["axes in an order that no copy makes"]);
  expect(regions.map(({ lowered }) => lowered.outputs.map(({ name }) => name))).toEqual([["cq"]]);
});
