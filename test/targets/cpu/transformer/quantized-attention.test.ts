import { expect, test } from "vitest";
import type { Model } from "../../../../src/ir/index.ts";
import { parseModel, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import type { LoweredRegion } from "../../../../targets/cpu/lower/index.ts";
import { ownDequantizers } from "../../../../targets/cpu/own-dequantizers.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { ortValues } from "../lower/quantized-model.ts";
import { runLowered } from "../lower/run-lowered.ts";
import { hostMissing } from "../run-kernel.ts";
import { runnableDevices, runProgram } from "./run-program.ts";

/** `%name` quantized, as `%name_q`. */
function bytes(name: string, scale: number, zero: number): string {
  return `const %${name}_s: float32[] = ${scale} const %${name}_z: uint8[] = ${zero}
    %${name}_q = QuantizeLinear(%${name}, %${name}_s, %${name}_z)\n`;
}

/** `%name` quantized and dequantized, as `%name_d`. */
function pair(name: string, scale: number, zero: number): string {
  return `${bytes(name, scale, zero)}
    %${name}_d = DequantizeLinear(%${name}_q, %${name}_s, %${name}_z)\n`;
}

/** A product with int8 weights of `inputs` × `outputs` and a quantized vector added, each quantized. */
function linear(name: string, x: string, inputs: number, outputs: number, seed: number, scale: number): string {
  return `const %${name}_w: int8[${inputs},${outputs}] = random(${seed}) const %${name}_ws: float32[] = 0.02
    const %${name}_wz: int8[] = 0 %${name}_wd = DequantizeLinear(%${name}_w, %${name}_ws, %${name}_wz)
    %${name}_m = MatMul(%${x}, %${name}_wd) ${pair(`${name}_m`, scale, 120)}
    const %${name}_b: uint8[${outputs}] = random(${seed + 50}) const %${name}_bs: float32[] = 0.004
    const %${name}_bz: uint8[] = 128 %${name}_bd = DequantizeLinear(%${name}_b, %${name}_bs, %${name}_bz)
    %${name} = Add(%${name}_m_d, %${name}_bd) ${pair(name, scale, 125)}`;
}

interface Sizes {
  readonly tokens: number;
  readonly heads: number;
  readonly width: number;
}

/**
 * Self-attention as ONNX Runtime's quantize_static writes it: each result quantized; `inner` false as NNCF does, scores
 * and softmax in float32; `moves` where bytes are transposed, as optimizers write it.
 */
function attention({ tokens, heads, width }: Sizes, inner: boolean, moves: boolean): Model {
  const channels = heads * width;
  const heads4 = (name: string, perm: string): string => `
    %${name}r = Reshape(%${name}_d, %split) ${(moves ? bytes : pair)(`${name}r`, 0.02, 125)}
    ${
      moves
        ? `%${name}t_q = Transpose(%${name}r_q) {perm=[${perm}]}
           %${name}t_d = DequantizeLinear(%${name}t_q, %${name}r_s, %${name}r_z)`
        : `%${name}t = Transpose(%${name}r_d) {perm=[${perm}]} ${pair(`${name}t`, 0.02, 125)}`
    }`;
  const scores = inner
    ? `${pair("p", 0.05, 110)} %sd = Div(%p_d, %root) ${pair("sd", 0.03, 110)} %a = Softmax(%sd_d) {axis=-1}`
    : "%sd = Mul(%p, %root) %a = Softmax(%sd) {axis=-1}";
  const model = parseModel(`opset 17 graph g {
    in %x: float32[1,${tokens},${channels}]
    const %split: int64[4] = [1, ${tokens}, ${heads}, ${width}] const %join: int64[3] = [1, ${tokens}, ${channels}]
    const %root: float32[] = ${inner ? 2 : 0.5}
    ${pair("x", 0.01, 128)}
    ${linear("q", "x_d", channels, channels, 1, 0.02)} ${linear("k", "x_d", channels, channels, 2, 0.02)}
    ${linear("v", "x_d", channels, channels, 3, 0.02)}
    ${heads4("q", "0, 2, 1, 3")} ${heads4("k", "0, 2, 3, 1")} ${heads4("v", "0, 2, 1, 3")}
    %p = MatMul(%qt_d, %kt_d) ${scores} ${pair("a", 0.0039215687, 0)}
    %m = MatMul(%a_d, %vt_d) ${pair("m", 0.015, 120)}
    %mt = Transpose(%m_d) {perm=[0, 2, 1, 3]} ${pair("mt", 0.015, 120)}
    %mr = Reshape(%mt_d, %join) ${pair("mr", 0.015, 120)}
    ${linear("o", "mr_d", channels, channels, 4, 0.02)}
    const %g: int8[${channels}] = random(7) const %gs: float32[] = 0.01 const %gz: int8[] = 0
    %gd = DequantizeLinear(%g, %gs, %gz)
    %n = LayerNormalization(%o_d, %gd) ${pair("n", 0.02, 128)}
    out %n_d
  }`);
  inferTypes(model);
  ownDequantizers(model);
  inferTypes(model, { onConflict: "replace" });
  return model;
}

function wholeRegion(model: Model): LoweredRegion {
  const { regions, refusals } = planRegions(model, () => true);
  expect(refusals).toEqual([]);
  expect(regions).toHaveLength(1);
  const [region] = regions as [(typeof regions)[0]];
  expect(region.nodes.size).toBe(model.graph.nodeCount);
  return region.lowered;
}

function operations({ steps }: LoweredRegion): readonly string[] {
  return steps.map(({ workload }) => workload.op);
}

const sizes: readonly Sizes[] = [
  { tokens: 16, heads: 2, width: 8 },
  { tokens: 23, heads: 3, width: 5 },
  { tokens: 33, heads: 2, width: 16 },
];

const cases = sizes.flatMap((size) =>
  [true, false].map((inner) => ({ ...size, inner, moves: !inner || size.width === 8 })),
);

test.skipIf(hostMissing !== undefined).each(cases)(
  "quantized attention of %o agrees with ONNX Runtime",
  async ({ inner, moves, ...size }) => {
    const model = attention(size, inner, moves);
    const region = wholeRegion(model);
    expect(operations(region).filter((op) => op === "product-u8u8")).toHaveLength(2);
    expect(operations(region).filter((op) => op === "softmax-f32")).toHaveLength(1);
    const next = uniformNumbers(11);
    const x = Float32Array.from({ length: size.tokens * size.heads * size.width }, () => 2.4 * (next() - 0.5));
    const theirs = Array.from((await ortValues(model, x, ["n_d"])).get("n_d") ?? []);
    const feeds = new Map([["x", x]]);
    const results = [
      runLowered(region, feeds).get("n_d"),
      ...runnableDevices.map((device) => runProgram(region, feeds, device).get("n_d")),
    ];
    for (const ours of results) {
      const steps = theirs.map((value, index) => Math.round(Math.abs(value - (ours?.[index] as number)) / 0.02));
      // A weight of attention that is rounded the other way moves a few results by a step.
      expect(Math.max(...steps)).toBeLessThan(2);
      expect(steps.filter((step) => step > 0).length).toBeLessThanOrEqual(inner ? 0 : 0.02 * steps.length);
    }
  },
);

const chains: readonly (readonly [body: string, inputs: readonly number[], steps: readonly string[]])[] = [
  [
    "const %w: float32[40,70] = random(1) %v = MatMul(%x, %w) const %c: float32[] = 3 %z = Mul(%v, %c) %y = Softmax(%z)",
    [1, 12, 40],
    ["move-f32", "conv-f32", "softmax-f32"],
  ],
  [
    "const %w: float32[19,8,1,1] = random(1) %v = Conv(%x, %w) %y = Softmax(%v) {axis=1}",
    [1, 8, 16, 13],
    ["move-f32", "conv-f32", "softmax-f32", "move-f32"],
  ],
  [
    "const %w: float32[8,8,3,3] = random(1) %v = Conv(%x, %w) %y = Softmax(%v) {axis=3}",
    [1, 8, 16, 13],
    ["move-f32", "conv-f32", "move-f32", "softmax-f32"],
  ],
];

test.skipIf(hostMissing !== undefined).each(chains)("softmax by itself: %s", async (body, shape, steps) => {
  const model = parseModel(`opset 17 graph g { in %x: float32[${shape.join()}] ${body} out %y }`);
  inferTypes(model);
  const region = wholeRegion(model);
  expect(operations(region)).toEqual(steps);
  const next = uniformNumbers(5);
  const x = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * next() - 1);
  const theirs = (await ortValues(model, x, ["y"])).get("y") as ArrayLike<number>;
  const feeds = new Map([["x", x]]);
  for (const ours of [
    runLowered(region, feeds).get("y"),
    ...runnableDevices.map((device) => runProgram(region, feeds, device).get("y")),
  ])
    Array.from(theirs).forEach((value, index) => expect(ours?.[index]).toBeCloseTo(value, 5));
});

test("softmax over an axis that stands last in no order of memory is left alone", () => {
  const model = parseModel(`opset 17 graph g { in %x: float32[1,4,5,6] %y = Softmax(%x) {axis=2} out %y }`);
  inferTypes(model);
  expect(planRegions(model, () => true).regions).toEqual([]);
});
