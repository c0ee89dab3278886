import type { Node } from "../../../../src/ir/index.ts";
import { intAttr } from "../../../../src/ir/index.ts";
import { traitsOf } from "../../../../src/ops/index.ts";
import { constantOf } from "../../../support/facts.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/** Operators that treat each channel of axis 1 by itself: pools, normalization with statistics of a channel, warps. */
export function channelwise(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  const parameters = traitsOf(node.domain, node.opType).channelInputs ?? [];
  if (x?.axis !== 1 || node.inputs.some((_, i) => i > 0 && !flow.isFixed(node, i)))
    return flow.refuse(node, `the channels ${node.opType} reads do not stand on axis 1`);
  if (node.outputs.some((output, i) => i > 0 && (output?.uses.size ?? 0) > 0))
    return flow.refuse(node, `another output of ${node.opType} is read`);
  if (intAttr(node, "spatial", 1) === 0) return flow.refuse(node, "it has statistics for each position");
  for (const index of parameters) {
    const { shape } = constantOf(node.input(index)) ?? {};
    if (shape?.length !== 1 || shape[0] !== x.ids.length)
      return flow.refuse(node, `input ${index} is not one constant for each channel`);
  }
  for (const index of parameters) flow.slice(node, index, 0, x.ids, "between");
  flow.setLayout(node.output, x);
}

/** The indices of MaxUnpool count over all channels. */
export const maxUnpoolRule: ChannelRule = {
  ops: ["MaxUnpool"],
  apply: (node, flow) => flow.refuse(node, "the indices of MaxUnpool count over all channels"),
};

/** Dropout passes values on; its mask, when read, is not followed. */
export const dropoutRule: ChannelRule = {
  ops: ["Dropout"],
  apply: (node, flow) => {
    const x = flow.layoutOf(node.input(0));
    if (x === undefined || (node.outputs[1]?.uses.size ?? 0) > 0)
      return flow.refuse(node, "the mask of Dropout is read");
    flow.setLayout(node.output, x);
  },
};
