import type { Node } from "../../../../src/ir/index.ts";
import { traitsOf } from "../../../../src/ops/index.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import { normalizeRule, reduction, transposeRule } from "./axes.ts";
import { channelwise, dropoutRule, maxUnpoolRule } from "./channelwise.ts";
import { concatRule, splitRule } from "./concat-split.ts";
import { convRule } from "./conv.ts";
import { broadcasting, unary } from "./elementwise.ts";
import { gemmRule, matMulRule } from "./linear.ts";
import { reshapeRule } from "./reshape.ts";
import type { ChannelRule } from "./rule.ts";
import { gatherRule, sliceRule } from "./select.ts";
import { shapeRule } from "./shape.ts";
import { padRule, resizeRule } from "./spatial.ts";

const rules: readonly ChannelRule[] = [
  convRule,
  gemmRule,
  matMulRule,
  concatRule,
  splitRule,
  sliceRule,
  gatherRule,
  reshapeRule,
  transposeRule,
  normalizeRule,
  resizeRule,
  padRule,
  dropoutRule,
  maxUnpoolRule,
  shapeRule,
];

const byOperator: ReadonlyMap<string, ChannelRule> = new Map(
  rules.flatMap((rule) => rule.ops.map((op) => [op, rule] as const)),
);

/** Follows the channels through one node: by its own rule, by its traits, or not at all, which locks what it reads. */
export function followNode(node: Node, flow: ChannelFlow): void {
  const rule = node.domain === "" ? byOperator.get(node.opType) : undefined;
  const carries = node.inputs.some((input) => flow.layoutOf(input) !== undefined);
  if (!carries && rule?.makesChannels !== true) return;
  if (rule !== undefined) return rule.apply(node, flow);
  const { elementwise, channelwise: byChannel, reduces } = traitsOf(node.domain, node.opType);
  if (elementwise === "unary") return unary(node, flow);
  if (elementwise !== undefined) return broadcasting(node, flow);
  if (byChannel === true) return channelwise(node, flow);
  if (reduces === true) return reduction(node, flow);
  flow.refuse(node, `channels are not followed through ${node.opType}`);
}
