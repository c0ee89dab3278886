import type { Node } from "../../../../src/ir/index.ts";
import { intAttr } from "../../../../src/ir/index.ts";
import { constantOf, integersOf, nonNegativeAxis, rankOf } from "../../../support/facts.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import { keyOf, labelOf } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/** First operator set in which the bounds of Slice are inputs. */
const sliceInputOpset = 10;

function slice(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined || flow.opset < sliceInputOpset)
    return flow.refuse(node, "a Slice of an early operator set is not followed");
  const starts = integersOf(node.input(1));
  const ends = integersOf(node.input(2));
  const axes = node.input(3) === undefined ? starts?.map((_, i) => i) : integersOf(node.input(3));
  const steps = node.input(4) === undefined ? starts?.map(() => 1) : integersOf(node.input(4));
  const at = axes?.findIndex((axis) => nonNegativeAxis(axis, x.rank) === x.axis);
  if (at === undefined) return flow.refuse(node, "the axes of Slice are computed");
  if (at < 0) return flow.setLayout(node.output, x);
  const { length } = x.ids;
  const place = (bound: number): number => Math.min(length, Math.max(0, bound < 0 ? bound + length : bound));
  if (starts === undefined || ends === undefined || steps?.[at] !== 1)
    return flow.refuse(node, "it picks channels by computed bounds or in steps");
  const start = place(starts[at] as number);
  const end = Math.max(start, place(ends[at] as number));
  const ids = x.ids.subarray(start, end);
  flow.mark(ids, labelOf(node));
  flow.setLayout(node.output, { ...x, ids });
  const key = keyOf(node);
  flow.edits.push((countKept) => [
    { node: key, input: 1, values: starts.with(at, countKept(x.ids.subarray(0, start))) },
    { node: key, input: 2, values: ends.with(at, countKept(x.ids.subarray(0, end))) },
  ]);
}

function gather(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  const indices = node.input(1);
  const rank = constantOf(indices)?.shape.length ?? rankOf(indices);
  const axis = nonNegativeAxis(intAttr(node, "axis", 0), x?.rank ?? 0);
  if (x === undefined || rank === undefined || !flow.isFixed(node, 1) || axis === x.axis)
    return flow.refuse(node, "it picks channels by index");
  flow.setLayout(node.output, {
    rank: x.rank + rank - 1,
    axis: x.axis > axis ? x.axis + rank - 1 : x.axis,
    ids: x.ids,
  });
}

/** Slice takes a run of channels or leaves them alone; Gather is followed along the other axes only. */
export const sliceRule: ChannelRule = { ops: ["Slice"], apply: slice };
export const gatherRule: ChannelRule = { ops: ["Gather"], apply: gather };
