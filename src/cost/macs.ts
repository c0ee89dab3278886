import type { Node, Value } from "../ir/index.ts";
import { intAttr, sizeOf, stringAttr } from "../ir/index.ts";
import { sizesOf } from "./sizes.ts";

const size = (value: Value | undefined): number => sizeOf(sizesOf(value) ?? []);

/** A convolution uses each weight of a filter once for each place of the larger map. */
function convolution(map: (node: Node) => Value | undefined, weight: number): Rule {
  return {
    weight,
    count: (node) => size(map(node)) * sizeOf((sizesOf(node.input(weight)) ?? []).slice(1)),
  };
}

/** A product sums over the inner axis of its first input for each element of the output. */
function product(weight: number): Rule {
  return {
    weight,
    count: (node) => {
      const inner = intAttr(node, "transA", 0) === 0 ? -1 : 0;
      return size(node.output) * (sizesOf(node.input(0))?.at(inner) ?? 1);
    },
  };
}

/** Every gate of every step multiplies the input and the hidden state by its matrices. */
function recurrent(gates: number): Rule {
  return {
    weight: 1,
    count: (node) => {
      const [directions = 1, , inputs = 1] = sizesOf(node.input(1)) ?? [];
      const [steps = 1, batch = 1] = sizesOf(node.input(0)) ?? [];
      const hidden = intAttr(node, "hidden_size", sizesOf(node.input(2))?.at(-1) ?? 1);
      return directions * steps * batch * gates * hidden * (inputs + hidden);
    },
  };
}

/** Queries meet keys, and what they give meets values. Heads are an axis of 4-D inputs, else part of the last one. */
const attention: Rule = {
  weight: 1,
  count: (node) => {
    const [q, k, v] = [0, 1, 2].map((index) => sizesOf(node.input(index)) ?? []);
    const heads = q?.length === 4 ? 1 : intAttr(node, "q_num_heads", 1);
    const kvHeads = k?.length === 4 ? 1 : intAttr(node, "kv_num_heads", heads);
    const past = sizesOf(node.input(4))?.at(-2) ?? 0;
    const keys = (k?.at(-2) ?? 1) + past;
    const perKey = sizeOf(q ?? []) + ((sizeOf(q ?? []) / (q?.at(-1) ?? 1)) * heads * (v?.at(-1) ?? 1)) / kvHeads;
    return keys * perKey;
  },
};

/** One product for each combination of the labels. */
const einsum: Rule = {
  weight: 1,
  count: (node) => {
    const terms = stringAttr(node, "equation", "").split("->")[0]?.replaceAll(" ", "").split(",") ?? [];
    if (terms.length < 2) return 0;
    const extents = new Map<string, number>();
    terms.forEach((term, index) => {
      const sizes = sizesOf(node.input(index)) ?? [];
      const labels = term.replace("...", "");
      const rest = sizes.length - labels.length;
      const [before = ""] = term.split("...");
      [...labels].forEach((label, at) => {
        const extent = sizes[at < before.length || !term.includes("...") ? at : at + rest] ?? 1;
        extents.set(label, Math.max(extents.get(label) ?? 1, extent));
      });
      if (term.includes("..."))
        extents.set("...", Math.max(extents.get("...") ?? 1, sizeOf(sizes.slice(before.length, before.length + rest))));
    });
    return [...extents.values()].reduce((total, extent) => total * extent, 1);
  },
};

interface Rule {
  /** The input that holds the weights where they are constant. */
  readonly weight: number;
  readonly count: (node: Node) => number;
}

/** Operators that multiply and accumulate. Types must be inferred; symbolic dimensions count as 1. */
const rules: Readonly<Record<string, Rule>> = {
  Conv: convolution((node) => node.output, 1),
  ConvInteger: convolution((node) => node.output, 1),
  QLinearConv: convolution((node) => node.output, 3),
  DeformConv: convolution((node) => node.output, 1),
  ConvTranspose: convolution((node) => node.input(0), 1),
  Gemm: product(1),
  MatMul: product(1),
  MatMulInteger: product(1),
  QLinearMatMul: product(3),
  Einsum: einsum,
  Attention: attention,
  RNN: recurrent(1),
  GRU: recurrent(3),
  LSTM: recurrent(4),
};

/** Multiply-accumulates of a node of `ai.onnx`; 0 for operators without, and for other domains. */
export function macsOf(node: Node): number {
  return node.domain === "" ? (rules[node.opType]?.count(node) ?? 0) : 0;
}

/** The input a node multiplies with: its weights where that is constant. Undefined for operators that multiply nothing. */
export function weightInput(node: Node): Value | undefined {
  const rule = node.domain === "" ? rules[node.opType] : undefined;
  return rule === undefined ? undefined : node.input(rule.weight);
}
