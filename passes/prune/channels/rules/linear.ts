import type { Node } from "../../../../src/ir/index.ts";
import { intAttr } from "../../../../src/ir/index.ts";
import { constantOf, rankOf } from "../../../support/facts.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/** Gemm: A [M, K], B [K, N] or under transB [N, K], C broadcast to [M, N]. */
function gemm(node: Node, flow: ChannelFlow): void {
  const weight = flow.weightOf(node, 1);
  if (weight === undefined || weight.shape.length !== 2 || intAttr(node, "transA", 0) !== 0)
    return flow.refuse(node, "its weight is not a constant matrix on the right");
  const transposed = intAttr(node, "transB", 0) !== 0;
  product(node, flow, 2, transposed ? 1 : 0, transposed ? 0 : 1);
  const out = flow.layoutOf(node.output);
  const c = node.input(2);
  if (c === undefined || out === undefined) return;
  const bias = constantOf(c);
  const axis = (bias?.shape.length ?? 0) - 1;
  if (bias === undefined || !flow.isFixed(node, 2)) {
    const other = flow.layoutOf(c);
    const reason = `it adds "${c.name}", which is no constant`;
    flow.lock(out.ids, node, reason);
    if (other !== undefined) flow.lock(other.ids, node, reason);
  } else if (bias.shape[axis] === out.ids.length) flow.slice(node, 2, axis, out.ids, "bias");
}

/** MatMul with a constant matrix on the right. */
function matMul(node: Node, flow: ChannelFlow): void {
  const weight = flow.weightOf(node, 1);
  if (weight?.shape.length !== 2) return flow.refuse(node, "its right operand is not a constant matrix");
  const rank = flow.layoutOf(node.input(0))?.rank ?? rankOf(node.input(0));
  if (rank === undefined || rank < 1) return flow.refuse(node, "the rank of its left operand is unknown");
  product(node, flow, rank, 0, 1);
}

/** Reads channels on the last axis of input 0 and makes new ones on that of the output. */
function product(node: Node, flow: ChannelFlow, rank: number, inputAxis: number, outputAxis: number): void {
  const weight = constantOf(node.input(1));
  const x = flow.layoutOf(node.input(0));
  if (x !== undefined && (x.axis !== rank - 1 || x.ids.length !== weight?.shape[inputAxis]))
    return flow.refuse(node, "it multiplies along another axis than that of the channels");
  if (x !== undefined) flow.slice(node, 1, inputAxis, x.ids, "input");
  const out = flow.newChannels(weight?.shape[outputAxis] ?? 0, node);
  flow.slice(node, 1, outputAxis, out, "filter");
  flow.setLayout(node.output, { rank, axis: rank - 1, ids: out });
}

/** Fully connected layers read channels on the last axis and make new ones there. */
export const gemmRule: ChannelRule = { ops: ["Gemm"], makesChannels: true, apply: gemm };
export const matMulRule: ChannelRule = { ops: ["MatMul"], makesChannels: true, apply: matMul };
