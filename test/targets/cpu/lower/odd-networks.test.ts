import { expect, test } from "vitest";
import type { Model, RuntimeValue } from "../../../../src/ir/index.ts";
import { cloneModel, isTensor, numbersOf, parseModel, randomTensor } from "../../../../src/ir/index.ts";
import { encodeModel } from "../../../../src/onnx/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { openSession } from "../../../../src/runtime/index.ts";
import { compileHere, missing } from "../../../recipes/compiled-sample.ts";

/** A float32 convolution that is worth a region, of `x` to `c`. */
const convolution = `const %w: float32[16,16,3,3] = random(1) %c = Conv(%x, %w) {pads=[1, 1, 1, 1]}`;

/** `%name` quantized and dequantized again, as `%to`. */
function pair(name: string, to: string, scale: number): string {
  return `const %${to}_s: float32[] = ${scale} const %${to}_z: uint8[] = 128
    %${to}_q = QuantizeLinear(%${name}, %${to}_s, %${to}_z) %${to} = DequantizeLinear(%${to}_q, %${to}_s, %${to}_z)`;
}

/** An int8 constant, dequantized, as `%name`. */
function weights(name: string, shape: string): string {
  return `const %${name}_c: int8[${shape}] = random(4) const %${name}_s: float32[] = 0.01 const %${name}_z: int8[] = 0
    %${name} = DequantizeLinear(%${name}_c, %${name}_s, %${name}_z)`;
}

/** A block of ConvNeXt round its two products, of %n as %a and of %g as %c. */
function block(first: string, second: string): string {
  return `in %x: float32[2,16,9,8] const %k: float32[16,1,7,7] = random(1)
    %d = Conv(%x, %k) {pads=[3, 3, 3, 3], group=16} %t = Transpose(%d) {perm=[0, 2, 3, 1]}
    const %e: float32[16] = random(2) const %f: float32[16] = random(3) %n = LayerNormalization(%t, %e, %f) {axis=-1}
    ${first} const %ab: float32[64] = random(6) %ar = Add(%a, %ab) %g = Gelu(%ar)
    ${second} const %cb: float32[16] = random(7) %cr = Add(%c, %cb) %m = Mul(%cr, %e)
    %u = Transpose(%m) {perm=[0, 3, 1, 2]} %y = Add(%x, %u)`;
}

interface Net {
  readonly title: string;
  readonly regions: number;
  /** What leaves is `y`. */
  readonly body: string;
}

const nets: readonly Net[] = [
  {
    title: "a reshape that gives elements to other samples",
    regions: 2,
    body: `in %x: float32[2,16,8,8] ${convolution} const %s: int64[4] = [4, 8, 8, 8] %r = Reshape(%c, %s)
      const %v: float32[8,8,3,3] = random(2) %y = Conv(%r, %v) {pads=[1, 1, 1, 1]}`,
  },
  {
    title: "a sample that is added to every sample of a batch",
    regions: 2,
    body: `in %x: float32[2,16,8,8] in %b: float32[1,16,8,8] ${convolution} %e = Conv(%b, %w) {pads=[1, 1, 1, 1]}
      %y = Add(%c, %e)`,
  },
  {
    title: "an operand whose leading dimension is not the batch",
    regions: 1,
    body: `in %x: float32[16,16,40] in %b: float32[16,40] const %w: float32[40,50] = random(2)
      %p = MatMul(%x, %w) %e = MatMul(%b, %w) %y = Add(%p, %e)`,
  },
  {
    title: "a product of matrices of which one stands for all samples",
    regions: 0,
    body: `in %x: float32[2,33,64] in %b: float32[1,64,35] ${pair("x", "xd", 0.01)} ${pair("b", "bd", 0.01)}
      %p = MatMul(%xd, %bd) ${pair("p", "y", 0.02)}`,
  },
  {
    title: "a float32 tensor of four dimensions times a matrix",
    regions: 1,
    body: `in %x: float32[2,4,33,160] const %w: float32[160,70] = random(1) %p = MatMul(%x, %w) %y = Tanh(%p)`,
  },
  {
    title: "a quantized tensor of four dimensions times a matrix",
    regions: 1,
    body: `in %x: float32[2,4,33,160] ${pair("x", "xd", 0.01)} ${weights("w", "160,70")}
      %p = MatMul(%xd, %w) ${pair("p", "y", 0.05)}`,
  },
  {
    title: "a tensor of five dimensions times a matrix, and a vector",
    regions: 1,
    body: `in %x: float32[2,3,4,33,64] ${pair("x", "xd", 0.01)} ${weights("w", "64,70")} const %b: float32[1,70] = random(2)
      %p = MatMul(%xd, %w) %s = Add(%p, %b) ${pair("s", "y", 0.05)}`,
  },
  {
    title: "a block of ConvNeXt, opset 20",
    regions: 1,
    body: block(
      "const %aw: float32[16,64] = random(4) %a = MatMul(%n, %aw)",
      "const %cw: float32[64,16] = random(5) %c = MatMul(%g, %cw)",
    ),
  },
  {
    title: "a block of ConvNeXt with quantized products, opset 20",
    regions: 1,
    body: block(
      `${weights("aw", "16,64")} ${pair("n", "nd", 0.03)} %a = MatMul(%nd, %aw)`,
      `${weights("cw", "64,16")} ${pair("g", "gd", 0.02)} %c = MatMul(%gd, %cw)`,
    ),
  },
  {
    title: "a matrix product of an image as it is, that a convolution reads",
    regions: 1,
    body: `in %x: float32[2,16,8,32] ${convolution} const %o: float32[32,8] = random(7) %p = MatMul(%c, %o)
      const %v: float32[8,16,3,3] = random(8) %y = Conv(%p, %v) {pads=[1, 1, 1, 1]}`,
  },
  {
    title: "a sigmoid that is cut off above only, times its input",
    regions: 1,
    body: `in %x: float32[2,16,8,8] ${convolution} %g = Sigmoid(%c) const %m: float32[] = 0.5 %h = Clip(%g, _, %m)
      %y = Mul(%c, %h)`,
  },
  {
    title: "a constant along an axis that is not the last in memory",
    regions: 1,
    body: `in %x: float32[2,16,16,16] ${convolution} %t = Transpose(%c) {perm=[0, 2, 3, 1]}
      const %b: float32[16,1,1] = random(9) %y = Add(%t, %b)`,
  },
  {
    title: "a function of bytes without a zero point",
    regions: 1,
    body: `in %x: float32[2,16,8,8] const %s: float32[] = 0.05 %q = QuantizeLinear(%x, %s) %d = DequantizeLinear(%q, %s)
      %g = Sigmoid(%d) ${pair("g", "gd", 0.004)} ${weights("w", "16,16,3,3")}
      %p = Conv(%gd, %w) ${pair("p", "y", 0.05)}`,
  },
  {
    title: "products, sums and a bias, all without zero points",
    regions: 1,
    body: `in %x: float32[2,16,8,8] const %s: float32[] = 0.05 const %v: float32[] = 0.02 const %m: float32[] = 0.001
      %q = QuantizeLinear(%x, %s) %d = DequantizeLinear(%q, %s) const %w: int8[16,16,3,3] = random(4)
      %wd = DequantizeLinear(%w, %v) const %b: int32[16] = fill(900) %bd = DequantizeLinear(%b, %m)
      %p = Conv(%d, %wd, %bd) {pads=[1, 1, 1, 1]} %pq = QuantizeLinear(%p, %s) %pd = DequantizeLinear(%pq, %s)
      %a = Add(%d, %pd) %aq = QuantizeLinear(%a, %s) %y = DequantizeLinear(%aq, %s)`,
  },
  {
    title: "float32 bounds that are attributes, opset 10",
    regions: 1,
    body: `in %x: float32[2,16,8,8] ${convolution} %y = Clip(%c) {min=0.0, max=6.0}`,
  },
  {
    title: "quantized bounds that are attributes, opset 10",
    regions: 1,
    body: `in %x: float32[2,16,8,8] ${pair("x", "xd", 0.01)} ${weights("w", "16,16,3,3")}
      %p = Conv(%xd, %w) %k = Clip(%p) {min=0.0, max=0.3} ${pair("k", "y", 0.03)}`,
  },
  ...["opset 17", "opset 19"].map((opset): Net => ({
    title: `an average that counts padding, of windows that reach behind it, ${opset}`,
    regions: 1,
    body: `in %x: float32[2,16,7,7] ${convolution}
      %y = AveragePool(%c) {kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 0], ceil_mode=1, count_include_pad=1}`,
  })),
];

function modelOf({ title, body }: Net): Model {
  const model = parseModel(`${/opset \d+/.exec(title)?.[0] ?? "opset 17"} graph g { ${body} out %y }`);
  inferTypes(model);
  return model;
}

interface Result {
  readonly shape: readonly unknown[];
  readonly numbers: readonly number[];
}

async function run(model: Model, native: boolean): Promise<Result> {
  const session = await openSession(encodeModel(model, { valueInfo: "all" }), {
    ...{ optimization: "all", threads: 1, native },
  });
  try {
    const feeds = new Map<string, RuntimeValue>(
      model.graph.inputs.map(({ name, type }, index) => {
        const shape = type?.kind === "tensor" ? (type.shape as readonly number[]) : [];
        return [name, randomTensor("float32", shape, 3 + index)];
      }),
    );
    const y = (await session.run(feeds)).get("y");
    if (y === undefined || !isTensor(y)) throw new Error("no output");
    return { shape: y.shape, numbers: Array.from(numbersOf(y)) };
  } finally {
    await session.close();
  }
}

test.skipIf(missing !== undefined).each(nets)("$title: what ONNX Runtime computes of the whole", async (net) => {
  const original = modelOf(net);
  const compiled = cloneModel(original);
  expect((await compileHere(compiled, false)).regions).toHaveLength(net.regions);
  const [expected, actual] = [await run(original, false), await run(compiled, true)];
  expect(actual.shape).toEqual(expected.shape);
  const greatest = expected.numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(greatest).toBeGreaterThan(0);
  expected.numbers.forEach((value, index) => {
    const off = Math.abs((actual.numbers[index] as number) - value);
    if (!(off <= 1e-5 * greatest)) throw new Error(`element ${index} is ${actual.numbers[index]}, not ${value}`);
  });
});

test.skipIf(missing !== undefined).each([
  ["a cut above its zero point", "%k = Relu(%p)", false],
  ["a cut at the end of its range", "const %lo: float32[] = -9 %k = Clip(%p, %lo)", true],
])("an integer convolution with %s is the model's own, or said to be a step off", async (_, cut, isInteger) => {
  const body = `in %x: float32[2,16,8,8] ${pair("x", "xd", 0.01)} ${weights("w", "16,16,3,3")}
    %p = Conv(%xd, %w) {pads=[1, 1, 1, 1]} ${cut} ${pair("k", "y", 0.02)}`;
  const original = modelOf({ title: "", regions: 0, body });
  const [exact, free] = [cloneModel(original), cloneModel(original)];
  expect((await compileHere(exact, true)).exact).toBe(true);
  const compiled = await compileHere(free, false);
  expect([compiled.regions.length, compiled.exact]).toEqual([1, isInteger]);
  expect((await run(exact, true)).numbers).toEqual((await run(original, false)).numbers);
});
