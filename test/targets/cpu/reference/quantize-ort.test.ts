import { expect } from "vitest";
import { dequantizeU8, quantizeU8 } from "../../../../targets/cpu/reference/quantize.ts";
import { quantizedTable } from "../../../../targets/cpu/reference/table.ts";
import { ortLogistic, ortTanh } from "../../../../targets/cpu/reference/activation.ts";
import { ortEvaluate, x64Test } from "./ort-evaluate.ts";
import { randomQuantizations } from "./random-quantization.ts";

const all = Uint8Array.from({ length: 256 }, (_, i) => i);
const parameters = (name: string, { scale, zero }: { scale: number; zero: number }): string =>
  `const %${name}s: float32[] = ${scale.toPrecision(9)} const %${name}z: uint8[] = ${zero}`;

/** Numbers one unit in the last place round the halves of a scale, and the extremes. */
function hardValues(scale: number, below: (bound: number) => number): Float32Array {
  const values = Float32Array.from({ length: 4099 }, () => Math.fround(scale * (below(600) - 300 + 0.5)));
  const bits = new Int32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) + below(5) - 2;
  values.set([NaN, Infinity, -Infinity, 3e38, -3e38, 1e-45, 0, -0, 1e10, -1e10, scale * 0.5, scale * 1.5]);
  return values;
}

x64Test("QuantizeLinear divides, clamps, rounds half to even; NaN gives 0", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = randomQuantizations(seed);
    const to = random.next();
    const x = hardValues(to.scale, random.below);
    const y = await ortEvaluate(
      `in %x: float32[${x.length}] ${parameters("y", to)} %y = QuantizeLinear(%x, %ys, %yz)`,
      { x },
    );
    expect(Array.from(y)).toEqual(Array.from(x, (value) => quantizeU8(value, to)));
    expect(y[0]).toBe(0);
  }
});

x64Test("DequantizeLinear is one product of float32", async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const from = randomQuantizations(seed).next();
    const y = await ortEvaluate(`in %x: uint8[256] ${parameters("x", from)} %y = DequantizeLinear(%x, %xs, %xz)`, {
      x: all,
    });
    expect(Array.from(y)).toEqual(Array.from(all, (q) => dequantizeU8(q, from)));
  }
});

x64Test("QLinearConcat looks its operands up in a table of requantized bytes", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = randomQuantizations(seed);
    const [from, to] = [random.next(), random.next()];
    const y = await ortEvaluate(
      `in %x: uint8[1,256] ${parameters("x", from)} ${parameters("y", to)}
       %y = com.microsoft::QLinearConcat(%ys, %yz, %x, %xs, %xz, %x, %ys, %yz) {axis=1}`,
      { x: all },
    );
    expect(Array.from(y)).toEqual([...quantizedTable(from, to), ...all]);
  }
});

const slope = Math.fround(0.1);
const activations: readonly (readonly [op: string, call: string, evaluate: (x: number) => number])[] = [
  ["QLinearSigmoid", "", ortLogistic],
  ["QLinearLeakyRelu", " {alpha=0.1}", (x) => (x >= 0 ? x : Math.fround(x * slope))],
];

x64Test.each(activations)("%s is the table of its float32 function", async (op, attributes, evaluate) => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = randomQuantizations(seed);
    const from = random.next();
    const to = op === "QLinearSigmoid" ? { scale: Math.fround(1 / (255 + (seed % 2))), zero: 0 } : random.next();
    const y = await ortEvaluate(
      `in %x: uint8[256] ${parameters("x", from)} ${parameters("y", to)}
       %y = com.microsoft::${op}(%x, %xs, %xz, %ys, %yz)${attributes}`,
      { x: all },
    );
    expect(Array.from(y)).toEqual(Array.from(quantizedTable(from, to, (x) => x.map(evaluate))));
  }
});

const functions: readonly (readonly [op: string, evaluate: (x: number) => number])[] = [
  ["Sigmoid", ortLogistic],
  ["Tanh", ortTanh],
];

x64Test.each(functions)("float32 %s of ONNX Runtime, bit for bit", async (op, evaluate) => {
  const random = randomQuantizations(7);
  const x = Float32Array.from({ length: 20_001 }, () => (random.below(2 ** 24) / 2 ** 24 - 0.5) * 44);
  x.set([0, -0, 18, -18, 9, -9, 1e9, -1e9, 17.934595]);
  const y = await ortEvaluate(`in %x: float32[${x.length}] %y = ${op}(%x)`, { x });
  expect(Array.from(y, (value) => value + 0)).toEqual(Array.from(x, (value) => evaluate(value) + 0));
});
