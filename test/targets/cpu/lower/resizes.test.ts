import { expect, test } from "vitest";
import type { Model, RuntimeValue } from "../../../../src/ir/index.ts";
import {
  cloneModel,
  elementsOf,
  isTensor,
  numbersOf,
  parseModel,
  tensorFromElements,
  uniformNumbers,
} from "../../../../src/ir/index.ts";
import { encodeModel } from "../../../../src/onnx/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { openSession } from "../../../../src/runtime/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { compileHere, missing } from "../../../recipes/compiled-sample.ts";

/** A convolution of whole numbers, which has one result in whatever order it is summed, of `x` to `c`. */
const convolution = `in %x: float32[1,16,9,11] const %w: float32[21,16,1,1] = random(1) %c = Conv(%x, %w)`;

const twice = `const %s: float32[4] = [1, 1, 2, 2]`;

const byte = (name: string): string => `const %${name}_s: float32[] = 0.5 const %${name}_z: uint8[] = 128`;

interface Net {
  readonly title: string;
  readonly body: string;
  readonly outputs?: string;
  /** Numbers that come now and then among the inputs. */
  readonly odd?: readonly number[];
  /** Steps of the region, by what they compute, but for conversions of the layout. */
  readonly steps: readonly string[];
}

const nets: readonly Net[] = [
  {
    title: "the greatest channel of a resized tensor",
    body: `${twice} %r = Resize(%c, _, %s) {mode="linear", coordinate_transformation_mode="align_corners"}
      %y = ArgMax(%r) {axis=1, keepdims=0}`,
    steps: ["conv-f32", "resize-argmax-f32"],
  },
  {
    title: "the least channel of a resized tensor as int32, sizes given",
    body: `const %z: int64[4] = [1, 21, 40, 5] %r = Resize(%c, _, _, %z) {mode="linear"} %m = ArgMin(%r) {axis=-3}
      %y = Cast(%m) {to=6}`,
    steps: ["conv-f32", "resize-argmax-f32"],
  },
  {
    title: "the greatest channel of a tensor that is resized twice",
    body: `${twice} const %h: float32[4] = [1, 1, 1.5, 3] %t = Resize(%c, _, %s) {mode="linear"}
      %r = Resize(%t, _, %h) {mode="linear"} %y = ArgMax(%r) {axis=1}`,
    steps: ["conv-f32", "resize-f32", "resize-argmax-f32"],
  },
  {
    title: "a resized tensor that is read elsewhere too",
    body: `${twice} %r = Resize(%c, _, %s) {mode="linear"} %y = ArgMax(%r) {axis=1}`,
    outputs: "out %y out %r",
    steps: ["conv-f32", "resize-f32", "argmax-f32"],
  },
  {
    title: "the greatest element along the last axis",
    body: `%t = Transpose(%c) {perm=[0, 2, 3, 1]} %y = ArgMax(%t) {axis=-1, keepdims=0}`,
    steps: ["conv-f32", "argmax-f32"],
  },
  {
    title: "the least element along the last of three dimensions",
    body: `const %n: int64[3] = [1, 21, 99] %t = Reshape(%c, %n) %y = ArgMin(%t) {axis=2}`,
    steps: ["conv-f32", "argmax-f32"],
  },
  {
    title: "a resized tensor that leaves as it is, and one that does not",
    body: `${twice} %r = Resize(%c, _, %s) {mode="linear"} %d = Relu(%r) %y = Resize(%d, _, %s) {mode="linear"}`,
    outputs: "out %y out %r",
    steps: ["conv-f32", "resize-f32", "unary-f32", "resize-f32"],
  },
  {
    title: "float32 that are copied to their nearest pixels",
    body: `${twice} %y = Resize(%c, _, %s) {mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric"}`,
    steps: ["conv-f32", "resize-u8"],
  },
  {
    title: "bytes that are interpolated in float32",
    body: `${twice} ${byte("a")} ${byte("b")} %q = QuantizeLinear(%c, %a_s, %a_z) %d = DequantizeLinear(%q, %a_s, %a_z)
      %r = Resize(%d, _, %s) {mode="linear"} %p = QuantizeLinear(%r, %b_s, %b_z) %y = DequantizeLinear(%p, %b_s, %b_z)`,
    steps: ["conv-f32", "resize-u8"],
  },
  {
    title: "infinities that are interpolated",
    body: `${twice} %y = Resize(%c, _, %s) {mode="linear"}`,
    odd: [Infinity],
    steps: ["conv-f32", "resize-f32"],
  },
  {
    title: "the greatest channel among infinities and NaN",
    body: `%y = ArgMax(%c) {axis=1}`,
    odd: [Infinity, -Infinity, NaN],
    steps: ["conv-f32", "argmax-f32"],
  },
  {
    title: "the last of equals",
    body: `%y = ArgMax(%c) {axis=1, select_last_index=1}`,
    steps: ["conv-f32"],
  },
  {
    title: "a batch that is resized",
    body: `const %b: float32[4] = [2, 1, 1, 1] %y = Resize(%c, _, %b) {mode="nearest"}`,
    steps: ["conv-f32"],
  },
  {
    title: "a batch that is resized to a size",
    body: `const %z: int64[4] = [2, 21, 9, 22] %y = Resize(%c, _, _, %z) {mode="nearest"}`,
    steps: ["conv-f32"],
  },
  {
    title: "a factor of the channels that leaves their number alone",
    body: `const %b: float32[4] = [1, 1.03, 1, 2]
      %y = Resize(%c, _, %b) {mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric"}`,
    steps: ["conv-f32"],
  },
  {
    title: "a cubic resize",
    body: `${twice} %y = Resize(%c, _, %s) {mode="cubic"}`,
    steps: ["conv-f32"],
  },
];

function modelOf({ body, outputs = "out %y" }: Net): Model {
  const model = parseModel(`opset 17 graph g { ${convolution} ${body} ${outputs} }`);
  inferTypes(model);
  for (const node of model.graph.nodes())
    for (const value of node.inputs)
      if (value?.name === "w" && value.constant !== undefined) {
        const whole = Float32Array.from(numbersOf(value.constant), (number) => Math.round(4 * number));
        value.constant = tensorFromElements("float32", value.constant.shape.map(Number), whole);
      }
  return model;
}

async function run(
  model: Model,
  native: boolean,
  odd: readonly number[] = [],
): Promise<readonly (readonly unknown[])[]> {
  const options = { optimization: "all", threads: 1, native } as const;
  const session = await openSession(encodeModel(model, { valueInfo: "all" }), options);
  try {
    const next = uniformNumbers(7);
    const often = 40;
    const x = Float32Array.from(
      { length: 16 * 9 * 11 },
      () => odd[Math.floor(often * odd.length * next())] ?? Math.round(8 * next() - 4),
    );
    const results = await session.run(
      new Map<string, RuntimeValue>([["x", tensorFromElements("float32", [1, 16, 9, 11], x)]]),
    );
    return model.graph.outputs.map(({ name }) => {
      const value = results.get(name);
      if (value === undefined || !isTensor(value)) throw new Error(`no output ${name}`);
      return Array.from<unknown>(elementsOf(value) as ArrayLike<unknown>);
    });
  } finally {
    await session.close();
  }
}

const moving = new Set(["move-f32", "transfer"]);

test.skipIf(missing !== undefined).each(nets)("$title: steps, and the bits of ONNX Runtime", async (net) => {
  const original = modelOf(net);
  const [region, ...others] = planRegions(cloneModel(original), () => true).regions;
  expect(others).toHaveLength(0);
  const steps = region?.lowered.steps.map(({ workload }) => workload.op) ?? [];
  expect(steps.filter((op) => !moving.has(op))).toEqual(net.steps);
  const compiled = cloneModel(original);
  expect((await compileHere(compiled)).regions).toHaveLength(1);
  const [expected, actual] = [await run(original, false, net.odd), await run(compiled, true, net.odd)];
  expect(new Set(expected[0]).size).toBeGreaterThan(3);
  expect(actual).toEqual(expected);
});
