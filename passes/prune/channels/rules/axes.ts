import type { Node } from "../../../../src/ir/index.ts";
import { intAttr, intsAttr } from "../../../../src/ir/index.ts";
import { traitsOf } from "../../../../src/ops/index.ts";
import { axesOf, nonNegativeAxis } from "../../../support/facts.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/** Reductions over other axes than that of the channels. */
export function reduction(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  const single = traitsOf(node.domain, node.opType).axisAttributes?.includes("axis") ?? false;
  const given = single ? [intAttr(node, "axis", 0)] : axesOf(node);
  if (x === undefined || given === undefined || given === "absent" || given.length === 0)
    return flow.refuse(node, `${node.opType} reduces over all axes`);
  const axes = given.map((axis) => nonNegativeAxis(axis, x.rank));
  if (axes.includes(x.axis)) return flow.refuse(node, `${node.opType} reduces over the channels`);
  if (intAttr(node, "keepdims", 1) !== 0) return flow.setLayout(node.output, x);
  const before = axes.filter((axis) => axis < x.axis).length;
  flow.setLayout(node.output, { rank: x.rank - axes.length, axis: x.axis - before, ids: x.ids });
}

/** First operator set in which Softmax works along one axis; before, along all from the axis on. */
const oneAxisOpset = 13;

function normalize(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined) return;
  const oneAxis = flow.opset >= oneAxisOpset || node.opType === "LpNormalization";
  const axis = nonNegativeAxis(intAttr(node, "axis", oneAxis ? -1 : 1), x.rank);
  if (oneAxis ? axis === x.axis : axis <= x.axis)
    return flow.refuse(node, `${node.opType} normalizes over the channels`);
  flow.setLayout(node.output, x);
}

function transpose(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined) return;
  const perm = intsAttr(node, "perm") ?? Array.from({ length: x.rank }, (_, i) => x.rank - 1 - i);
  flow.setLayout(node.output, { ...x, axis: perm.indexOf(x.axis) });
}

/** Operators told by axis numbers. */
export const normalizeRule: ChannelRule = {
  ops: ["Softmax", "LogSoftmax", "Hardmax", "LpNormalization"],
  apply: normalize,
};
export const transposeRule: ChannelRule = { ops: ["Transpose"], apply: transpose };
