import type { Node } from "../../../ir/index.ts";
import { floatAttr, floatsAttr, stringsAttr } from "../../../ir/index.ts";
import { logistic } from "../math/sigmoid.ts";
import { softPlus } from "../math/softplus.ts";

/** A scalar function of a gate. */
export type Activation = (x: number) => number;

interface Family {
  /** Defaults of alpha and beta; absent where the function takes none. */
  readonly alpha?: number;
  readonly beta?: number;
  readonly make: (alpha: number, beta: number) => Activation;
}

const families: Readonly<Record<string, Family>> = {
  relu: { make: () => (x) => Math.max(0, x) },
  tanh: { make: () => Math.tanh },
  sigmoid: { make: () => logistic },
  affine: { alpha: 1, beta: 0, make: (alpha, beta) => (x) => alpha * x + beta },
  leakyrelu: { alpha: 0.01, make: (alpha) => (x) => (x >= 0 ? x : alpha * x) },
  thresholdedrelu: { alpha: 1, make: (alpha) => (x) => (x > alpha ? x : 0) },
  scaledtanh: { alpha: 1, beta: 1, make: (alpha, beta) => (x) => alpha * Math.tanh(beta * x) },
  hardsigmoid: { alpha: 0.2, beta: 0.5, make: (alpha, beta) => (x) => Math.min(Math.max(alpha * x + beta, 0), 1) },
  elu: { alpha: 1, make: (alpha) => (x) => (x >= 0 ? x : alpha * Math.expm1(x)) },
  softsign: { make: () => (x) => x / (1 + Math.abs(x)) },
  softplus: { make: () => softPlus },
};

/**
 * The activations of each direction of an RNN, GRU or LSTM node, with its clipping in front of those of gates, the first
 * `gates` of each direction. Entries of activation_alpha and activation_beta go, in order, to the functions that take one.
 */
export function recurrentActivations(
  node: Node,
  directions: number,
  defaults: readonly string[],
  gates: number,
): Activation[][] {
  const names = stringsAttr(node, "activations") ?? Array.from({ length: directions }, () => defaults).flat();
  if (names.length !== directions * defaults.length)
    throw new RangeError(`${node.opType}: ${names.length} activations for ${directions} directions`);
  const alphas = [...(floatsAttr(node, "activation_alpha") ?? [])];
  const betas = [...(floatsAttr(node, "activation_beta") ?? [])];
  const clip = floatAttr(node, "clip", Infinity);
  const all = names.map((name, i) => {
    const family = families[name.toLowerCase()];
    if (family === undefined) throw new RangeError(`${node.opType}: no activation "${name}"`);
    const alpha = family.alpha === undefined ? 0 : (alphas.shift() ?? family.alpha);
    const beta = family.beta === undefined ? 0 : (betas.shift() ?? family.beta);
    const apply = family.make(alpha, beta);
    return clip === Infinity || i % defaults.length >= gates
      ? apply
      : (x: number) => apply(Math.max(-clip, Math.min(clip, x)));
  });
  return Array.from({ length: directions }, (_, d) => all.slice(d * defaults.length, (d + 1) * defaults.length));
}
