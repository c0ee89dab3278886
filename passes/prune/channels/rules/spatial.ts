import type { Node } from "../../../../src/ir/index.ts";
import { floatsAttr, intsAttr, numbersOf, stringAttr } from "../../../../src/ir/index.ts";
import { constantOf, integersOf, nonNegativeAxis } from "../../../support/facts.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import { keyOf } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/** First operator sets in which Resize has a region, and Pad its pads as an input. */
const regionOpset = 11;
const padInputOpset = 11;

/** Resize and Upsample that leave the channels' axis alone: its scale is 1, or its size is given and shrinks with it. */
function resize(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined || node.inputs.some((_, i) => i > 0 && !flow.isFixed(node, i)))
    return flow.refuse(node, "its parameters carry channels");
  if (stringAttr(node, "coordinate_transformation_mode") === "tf_crop_and_resize")
    return flow.refuse(node, "it may crop the channels");
  const axes = intsAttr(node, "axes")?.map((axis) => nonNegativeAxis(axis, x.rank));
  const at = axes === undefined ? x.axis : axes.indexOf(x.axis);
  const scalesInput = node.opType === "Resize" && flow.opset >= regionOpset ? 2 : 1;
  const scales = floatsAttr(node, "scales") ?? constantNumbers(node, scalesInput);
  const sizes = integersOf(node.input(3));
  if (at < 0 || (scales !== undefined && scales.length > 0 && scales[at] === 1)) return flow.setLayout(node.output, x);
  if (sizes?.[at] !== x.ids.length || stringAttr(node, "keep_aspect_ratio_policy", "stretch") !== "stretch")
    return flow.refuse(node, "it may resize along the channels");
  flow.edits.push((countKept) => [{ node: keyOf(node), input: 3, values: sizes.with(at, countKept(x.ids)) }]);
  flow.setLayout(node.output, x);
}

function constantNumbers(node: Node, index: number): readonly number[] | undefined {
  const tensor = constantOf(node.input(index));
  return tensor === undefined ? undefined : Array.from(numbersOf(tensor));
}

/** Pad that adds nothing along the channels. */
function pad(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined) return;
  const pads =
    flow.opset >= padInputOpset ? integersOf(node.input(1)) : (intsAttr(node, "pads") ?? intsAttr(node, "paddings"));
  const axes = node.input(3) === undefined ? undefined : integersOf(node.input(3));
  const at = node.input(3) === undefined ? x.axis : axes?.findIndex((axis) => nonNegativeAxis(axis, x.rank) === x.axis);
  const count = (pads?.length ?? 0) / 2;
  if (pads === undefined || at === undefined || (at >= 0 && (pads[at] !== 0 || pads[at + count] !== 0)))
    return flow.refuse(node, "it may add channels");
  flow.setLayout(node.output, x);
}

/** Operators over the spatial axes. */
export const resizeRule: ChannelRule = { ops: ["Resize", "Upsample"], apply: resize };
export const padRule: ChannelRule = { ops: ["Pad"], apply: pad };
