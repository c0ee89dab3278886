import type { Tensor } from "../../../ir/index.ts";
import { dtypeFromCode, floatAttr, intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { roundingTo } from "../../numeric/round-to.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { concatenated } from "../tensor/concatenated.ts";
import { attentionBias } from "./attention-bias.ts";
import { mergeHeads, splitHeads } from "./heads.ts";
import { softmaxRow } from "./softmax-row.ts";

/**
 * Attention: softmax(softcap(Q * K^T * scale) + bias) * V with grouped heads and a key-value cache. The specification
 * defines it as a function, so each of that function's steps is rounded to the type it has there.
 */
export const attention: ReferenceOp = {
  domain: "",
  name: "Attention",
  run(call) {
    const flat = tensorInput(call, 0).shape.length === 3;
    const queryHeads = intAttr(call.node, "q_num_heads", 0);
    const sharedHeads = intAttr(call.node, "kv_num_heads", 0);
    const q = splitHeads(tensorInput(call, 0), queryHeads);
    const keys = withPast(call, 4, splitHeads(tensorInput(call, 1), sharedHeads));
    const values = withPast(call, 5, splitHeads(tensorInput(call, 2), sharedHeads));
    const [batch, heads, queries, size] = q.shape as Rank4;
    const [, groups, total] = keys.shape as Rank4;
    const width = values.shape[3] as number;
    if (heads % groups !== 0) throw new RangeError(`Attention: ${heads} heads do not share ${groups}`);
    const round = roundingTo(q.dtype);
    const scale = round(Math.sqrt(floatAttr(call.node, "scale") ?? 1 / Math.sqrt(size)));
    const scaled = (tensor: Tensor): Float64Array => realsOf(tensor).map((value) => round(value * scale));
    const [a, b, v] = [scaled(q), scaled(keys), realsOf(values)];
    const past = optionalTensorInput(call, 4)?.shape[2] ?? 0;
    const bias = attentionBias(call, { queries, total, past });
    const stages = stagesOf(call, round);
    const shown = new Float64Array(batch * heads * queries * total);
    const y = new Float64Array(batch * heads * queries * width);
    const row = new Float64Array(total);
    for (let n = 0; n < batch; n++)
      for (let h = 0; h < heads; h++) {
        const shared = n * groups + Math.floor((h * groups) / heads);
        for (let i = 0; i < queries; i++) {
          const query = (n * heads + h) * queries + i;
          for (let j = 0; j < total; j++) row[j] = round(dot(a, query * size, b, (shared * total + j) * size, size));
          stages(row, (j) => bias(n, h, i, j), shown.subarray(query * total, (query + 1) * total));
          for (let k = 0; k < width; k++) {
            let sum = 0;
            for (let j = 0; j < total; j++) sum += (row[j] as number) * (v[(shared * total + j) * width + k] as number);
            y[query * width + k] = sum;
          }
        }
      }
    const output = encodeReals(q.dtype, [batch, heads, queries, width], y);
    const scores = encodeReals(q.dtype, [batch, heads, queries, total], shown);
    return [flat ? mergeHeads(output) : output, keys, values, scores];
  },
};

type Rank4 = readonly [number, number, number, number];

/** The present keys or values: those of the cache, then the new ones. */
function withPast(call: OpCall, index: number, added: Tensor): Tensor {
  const past = optionalTensorInput(call, index);
  return past === undefined ? added : concatenated([past, added], 2);
}

function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[atA + i] as number) * (b[atB + i] as number);
  return sum;
}

/** Turns a row of products into probabilities, in place, and copies the stage that qk_matmul_output_mode asks for. */
type Stages = (row: Float64Array, bias: (key: number) => number, shown: Float64Array) => void;

function stagesOf(call: OpCall, round: (value: number) => number): Stages {
  const mode = intAttr(call.node, "qk_matmul_output_mode", 0);
  const softcap = floatAttr(call.node, "softcap", 0);
  const code = intAttr(call.node, "softmax_precision");
  const precision = code === undefined ? undefined : dtypeFromCode(code);
  const roundSoftmax = precision === undefined ? round : roundingTo(precision);
  return (row, bias, shown) => {
    if (mode === 0) shown.set(row);
    if (softcap > 0) row.forEach((score, j) => (row[j] = round(round(Math.tanh(round(score / softcap))) * softcap)));
    if (mode === 1) shown.set(row);
    let open = false;
    row.forEach((score, j) => {
      const added = bias(j);
      if (added !== -Infinity) open = true;
      row[j] = roundSoftmax(round(score + added));
    });
    if (mode === 2) shown.set(row);
    // A query that sees no key has probability zero everywhere, whatever its scores are.
    if (open) softmaxRow(row, 0, row.length, roundSoftmax);
    else row.fill(0);
    row.forEach((probability, j) => (row[j] = round(probability)));
    if (mode === 3) shown.set(row);
  };
}
