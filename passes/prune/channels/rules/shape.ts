import type { Node } from "../../../../src/ir/index.ts";
import { intAttr } from "../../../../src/ir/index.ts";
import { integersOf, nonNegativeAxis } from "../../../support/facts.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/** Shape, where only other dimensions than the number of channels are used. */
function shape(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined) return;
  const bound = (at: number): number => Math.min(x.rank, Math.max(0, nonNegativeAxis(at, x.rank)));
  const start = bound(intAttr(node, "start", 0));
  const end = bound(intAttr(node, "end", x.rank));
  if (x.axis < start || x.axis >= end) return;
  for (const use of node.output.uses)
    if (use.kind !== "node" || use.index !== 0 || !leavesOut(use.node, x.axis - start, end - start))
      return flow.refuse(node, "the number of channels is computed with");
}

/** Whether a reader of a shape takes other entries than the one at `place`. */
function leavesOut(node: Node, place: number, length: number): boolean {
  if (node.domain !== "" || node.opType !== "Gather") return false;
  return integersOf(node.input(1))?.every((index) => nonNegativeAxis(index, length) !== place) ?? false;
}

/** What reads sizes instead of elements. */
export const shapeRule: ChannelRule = { ops: ["Shape"], apply: shape };
