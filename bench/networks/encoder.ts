import type { Model, Value } from "../../src/ir/index.ts";
import { attr } from "../../src/ir/index.ts";
import { newNetwork } from "./network-builder.ts";

/** Sizes of a transformer encoder. */
export interface EncoderSizes {
  readonly name: string;
  readonly layers: number;
  readonly tokens: number;
  readonly hidden: number;
  readonly heads: number;
}

/** BERT-base without its embeddings (Devlin et al., 2018). */
export const bertBase: EncoderSizes = { name: "bert-base", layers: 12, tokens: 128, hidden: 768, heads: 12 };

/** The shape of MiniLM-L6 (Wang et al., 2020): six layers of 384. */
export const miniLM: EncoderSizes = { name: "minilm", layers: 6, tokens: 128, hidden: 384, heads: 12 };

/**
 * A post-norm encoder on embedded tokens [1, tokens, hidden], as PyTorch exports it: MatMul and Add, scaled dot-product
 * attention from primitive operators, LayerNormalization, GELU as Erf.
 */
export function encoder(sizes: EncoderSizes, seed: number): Model {
  const { name, layers, tokens, hidden, heads } = sizes;
  const net = newNetwork(name, [1, tokens, hidden], seed);
  const width = hidden / heads;
  const linear = (x: Value, inputs: number, outputs: number, gain = 1): Value =>
    net.op("Add", [
      net.op("MatMul", [x, net.normal([inputs, outputs], gain / Math.sqrt(inputs))]),
      net.normal([outputs], 0.02),
    ]);
  const split = net.ints([1, tokens, heads, width]);
  const joined = net.ints([1, tokens, hidden]);
  const scale = net.scalar(Math.sqrt(width));
  const headsOf = (x: Value, perm: readonly number[]): Value =>
    net.op("Transpose", [net.op("Reshape", [x, split])], { perm: attr.ints(perm) });
  const [root2, one, half] = [net.scalar(Math.SQRT2), net.scalar(1), net.scalar(0.5)];
  const gelu = (x: Value): Value =>
    net.op("Mul", [net.op("Mul", [x, net.op("Add", [net.op("Erf", [net.op("Div", [x, root2])]), one])]), half]);
  const norm = (x: Value): Value =>
    net.op("LayerNormalization", [x, net.normal([hidden], 0.05, 1), net.normal([hidden], 0.05)], {
      axis: attr.int(-1),
      epsilon: attr.float(1e-5),
    });
  let x = net.input;
  for (let layer = 0; layer < layers; layer++) {
    const query = headsOf(linear(x, hidden, hidden), [0, 2, 1, 3]);
    const key = headsOf(linear(x, hidden, hidden), [0, 2, 3, 1]);
    const value = headsOf(linear(x, hidden, hidden), [0, 2, 1, 3]);
    const scores = net.op("Div", [net.op("MatMul", [query, key]), scale]);
    const weights = net.op("Softmax", [scores], { axis: attr.int(-1) });
    const mixed = net.op("Transpose", [net.op("MatMul", [weights, value])], { perm: attr.ints([0, 2, 1, 3]) });
    const attended = linear(net.op("Reshape", [mixed, joined]), hidden, hidden);
    x = norm(net.op("Add", [x, attended]));
    x = norm(net.op("Add", [x, linear(gelu(linear(x, hidden, 4 * hidden)), 4 * hidden, hidden)]));
  }
  return net.finish(x, [1, tokens, hidden]);
}
