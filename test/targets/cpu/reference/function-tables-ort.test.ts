import { expect } from "vitest";
import { parseModel } from "../../../../src/ir/index.ts";
import { byteFunction } from "../../../../targets/cpu/lower/byte-function.ts";
import { ortEvaluate, x64Test } from "./ort-evaluate.ts";
import { randomQuantizations } from "./random-quantization.ts";

/** What stands between DequantizeLinear and QuantizeLinear, from %f to %o, in float32. */
const chains: readonly (readonly [name: string, body: string])[] = [
  ["Sigmoid", "%o = Sigmoid(%f)"],
  ["Tanh", "%o = Tanh(%f)"],
  ["HardSigmoid", "%o = HardSigmoid(%f) {alpha=0.16666667, beta=0.5}"],
  ["HardSwish", "%o = HardSwish(%f)"],
  ["LeakyRelu", "%o = LeakyRelu(%f) {alpha=0.1}"],
  ["Elu", "%o = Elu(%f)"],
  ["Erf", "%o = Erf(%f)"],
  ["Softplus", "%o = Softplus(%f)"],
  ["Sqrt, NaN for negative numbers", "%o = Sqrt(%f)"],
  ["Log, NaN and -Infinity", "%o = Log(%f)"],
  ["Sqrt and Relu", "%s = Sqrt(%f) %o = Relu(%s)"],
  [
    "a quotient by a dequantized constant",
    `const %cq: uint8[] = 255 const %cs: float32[] = 0.02218 const %cz: uint8[] = 0
     %c = DequantizeLinear(%cq, %cs, %cz) %o = Div(%f, %c)`,
  ],
  ["SiLU", "%s = Sigmoid(%f) %o = Mul(%f, %s)"],
  [
    "HardSwish in parts",
    `const %c0: float32[] = 0 const %c3: float32[] = 3 const %c6: float32[] = 6
     %s = Add(%f, %c3) %t = Clip(%s, %c0, %c6) %u = Mul(%f, %t) %o = Div(%u, %c6)`,
  ],
  [
    "Gelu in parts",
    `const %r: float32[] = 1.4142135 const %one: float32[] = 1 const %h: float32[] = 0.5
     %a = Div(%f, %r) %b = Erf(%a) %c = Add(%b, %one) %d = Mul(%f, %c) %o = Mul(%d, %h)`,
  ],
];

x64Test.each(chains)("the table of %s is what ONNX Runtime computes", async (_name, body) => {
  const x = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (let seed = 1; seed <= 12; seed++) {
    const random = randomQuantizations(seed);
    const from = random.next();
    const to = { scale: Math.fround(from.scale * (0.2 + random.below(100) / 80)), zero: random.below(200) };
    const text = `in %x: uint8[1,256] const %xs: float32[] = ${from.scale.toPrecision(9)} const %xz: uint8[] = ${from.zero}
      const %ys: float32[] = ${to.scale.toPrecision(9)} const %yz: uint8[] = ${to.zero}
      %f = DequantizeLinear(%x, %xs, %xz) ${body} %y = QuantizeLinear(%o, %ys, %yz)`;
    const quantizer = [...parseModel(`opset 17 graph g { ${text} out %y }`).graph.nodes()].at(-1);
    if (quantizer === undefined) throw new Error("the graph is empty");
    expect(byteFunction(quantizer, 17)?.table).toEqual(Uint8Array.from(await ortEvaluate(text, { x }, "all")));
  }
});
