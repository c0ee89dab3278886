import type { Tensor } from "../../../ir/index.ts";
import { dtypeFromCode, floatAttr, graphAttr, intAttr, isTensor } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { roundingTo } from "../../numeric/round-to.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { softmaxRow } from "./softmax-row.ts";

/** FlexAttention (preview): attention whose scores and probabilities pass through graphs given as attributes. */
export const flexAttention: ReferenceOp = {
  domain: "ai.onnx.preview",
  name: "FlexAttention",
  run(call) {
    const [q, k, v] = [tensorInput(call, 0), tensorInput(call, 1), tensorInput(call, 2)];
    const [batch, heads, queries, size] = q.shape as Rank4;
    const [, groups, keys] = k.shape as Rank4;
    const width = v.shape[3] as number;
    const code = intAttr(call.node, "softmax_precision");
    const fallback = q.dtype === "float64" ? "float64" : "float32";
    const precision = (code === undefined ? undefined : dtypeFromCode(code)) ?? fallback;
    const round = roundingTo(q.dtype);
    const scale = round(Math.sqrt(floatAttr(call.node, "scale") ?? 1 / Math.sqrt(size)));
    const [a, b] = [q, k].map((tensor) => realsOf(tensor).map((value) => round(value * scale))) as [
      Float64Array,
      Float64Array,
    ];
    const scores = new Float64Array(batch * heads * queries * keys);
    const sharedHead = (row: number): number => {
      const head = Math.floor(row / queries);
      return Math.floor(head / heads) * groups + Math.floor(((head % heads) * groups) / heads);
    };
    for (let row = 0; row < batch * heads * queries; row++)
      for (let j = 0; j < keys; j++) {
        let sum = 0;
        const key = (sharedHead(row) * keys + j) * size;
        for (let i = 0; i < size; i++) sum += (a[row * size + i] as number) * (b[key + i] as number);
        scores[row * keys + j] = round(sum);
      }
    const modified = modify(call, "score_mod", encodeReals(precision, [batch, heads, queries, keys], scores));
    const logits = realsOf(modified);
    for (let row = 0; row < batch * heads * queries; row++) softmaxRow(logits, row * keys, keys, roundingTo(precision));
    const probabilities = realsOf(modify(call, "prob_mod", encodeReals(precision, modified.shape, logits)));
    const values = realsOf(v);
    const y = Float64Array.from({ length: batch * heads * queries * width }, (_, at) => {
      const row = Math.floor(at / width);
      let sum = 0;
      for (let j = 0; j < keys; j++)
        sum +=
          (probabilities[row * keys + j] as number) *
          (values[(sharedHead(row) * keys + j) * width + (at % width)] as number);
      return sum;
    });
    return [encodeReals(v.dtype, [batch, heads, queries, width], y)];
  },
};

type Rank4 = readonly [number, number, number, number];

/** The tensor after the graph attribute of that name, if there is one. */
function modify(call: OpCall, name: string, tensor: Tensor): Tensor {
  const graph = graphAttr(call.node, name);
  if (graph === undefined) return tensor;
  const [result] = call.runGraph(graph, [tensor]);
  if (!isTensor(result)) throw new TypeError(`FlexAttention: ${name} gave no tensor`);
  return result;
}
