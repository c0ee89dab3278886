import type { DType, Tensor } from "../../../ir/index.ts";
import { dtypeFromCode, floatAttr, graphAttr, intAttr, isTensor } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { multiplyMatrices } from "./multiply-matrices.ts";

/** FlexAttention: attention over [batch, heads, length, size] whose scores and probabilities subgraphs may change. */
export const flexAttention: ReferenceOp = {
  domain: "ai.onnx.preview",
  name: "FlexAttention",
  run: (call) => {
    const [q, k, v] = [tensorInput(call, 0), tensorInput(call, 1), tensorInput(call, 2)];
    const [batches, heads, length, size] = q.shape as Four;
    const [, kvHeads, kvLength, valueSize] = v.shape as Four;
    const precision =
      dtypeFromCode(intAttr(call.node, "softmax_precision", 0)) ?? (q.dtype === "float64" ? "float64" : "float32");
    const scale = floatAttr(call.node, "scale", 1 / Math.sqrt(size));
    const [queries, keys, values] = [realsOf(q), realsOf(k), realsOf(v)];
    const kvHeadOf = (stack: number): number =>
      Math.floor(stack / heads) * kvHeads + Math.floor((stack % heads) / (heads / kvHeads));

    const scores = new Float64Array(batches * heads * length * kvLength);
    for (let stack = 0; stack < batches * heads; stack++) {
      const [from, to] = [stack * length * size, kvHeadOf(stack) * kvLength * size];
      for (let i = 0; i < length; i++) {
        for (let j = 0; j < kvLength; j++) {
          let total = 0;
          for (let d = 0; d < size; d++)
            total += (queries[from + i * size + d] as number) * (keys[to + j * size + d] as number);
          scores[(stack * length + i) * kvLength + j] = total * scale;
        }
      }
    }
    const frame = { precision, shape: [batches, heads, length, kvLength] };
    const modified = modify(call, "score_mod", scores, frame);
    softmaxRows(modified, kvLength);
    const weights = modify(call, "prob_mod", modified, frame);
    const out = new Float64Array(batches * heads * length * valueSize);
    for (let stack = 0; stack < batches * heads; stack++) {
      const at = {
        a: stack * length * kvLength,
        b: kvHeadOf(stack) * kvLength * valueSize,
        out: stack * length * valueSize,
      };
      multiplyMatrices(weights, values, out, [length, kvLength, valueSize], at);
    }
    return [encodeReals(q.dtype, [batches, heads, length, valueSize], out)];
  },
};

type Four = readonly [number, number, number, number];

function modify(
  call: OpCall,
  attribute: string,
  values: Float64Array,
  { precision, shape }: { readonly precision: DType; readonly shape: readonly number[] },
): Float64Array {
  const graph = graphAttr(call.node, attribute);
  const tensor: Tensor = encodeReals(precision, shape, values);
  if (graph === undefined) return realsOf(tensor);
  const [result] = call.runGraph(graph, [tensor]);
  if (!isTensor(result)) throw new TypeError(`${attribute} returns no tensor`);
  return realsOf(result);
}

function softmaxRows(values: Float64Array, width: number): void {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let total = 0;
    for (let i = 0; i < width; i++) total += row[i] = Math.exp((row[i] as number) - top);
    for (let i = 0; i < width; i++) row[i] = (row[i] as number) / total;
  }
}
