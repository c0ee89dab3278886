import type { Node } from "../../../../src/ir/index.ts";
import { intAttr } from "../../../../src/ir/index.ts";
import { constantOf, nonNegativeAxis, shapeOf } from "../../../support/facts.ts";
import type { ChannelFlow, ChannelLayout } from "../channel-flow.ts";
import { keyOf, labelOf } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

function concat(node: Node, flow: ChannelFlow): void {
  const layouts = node.inputs.map((input) => flow.layoutOf(input));
  const first = layouts.find((layout) => layout !== undefined);
  if (first === undefined) return;
  if (layouts.some((layout) => layout !== undefined && layout.axis !== first.axis))
    return flow.refuse(node, "the channels of its inputs lie on different axes");
  const axis = nonNegativeAxis(intAttr(node, "axis", 1), first.rank);
  const ids = axis === first.axis ? along(node, flow, layouts, axis) : across(node, flow, layouts, first);
  if (ids !== undefined) flow.setLayout(node.output, { ...first, ids });
}

/** Concat along the channels: the lists follow one another; inputs without channels keep their places. */
function along(
  node: Node,
  flow: ChannelFlow,
  layouts: readonly (ChannelLayout | undefined)[],
  axis: number,
): Int32Array | undefined {
  const parts: Int32Array[] = [];
  for (const [i, layout] of layouts.entries()) {
    const input = node.input(i);
    const size = layout?.ids.length ?? (constantOf(input)?.shape ?? shapeOf(input))?.[axis];
    if (typeof size !== "number") {
      flow.refuse(node, `the number of channels of "${input?.name ?? ""}" is unknown`);
      return undefined;
    }
    parts.push(layout?.ids ?? flow.fixedChannels(size, node, `the channels of "${input?.name ?? ""}" stay`));
  }
  const ids = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    ids.set(part, at);
    at += part.length;
  }
  return ids;
}

/** Concat along another axis: all inputs have the same channels. */
function across(
  node: Node,
  flow: ChannelFlow,
  layouts: readonly (ChannelLayout | undefined)[],
  first: ChannelLayout,
): Int32Array | undefined {
  for (const [i, layout] of layouts.entries()) {
    const input = node.input(i);
    const size = layout?.ids.length ?? constantOf(input)?.shape[first.axis];
    if (size !== first.ids.length) {
      flow.refuse(node, `it combines them with "${input?.name ?? ""}", whose channels stay`);
      return undefined;
    }
    if (layout === undefined) flow.slice(node, i, first.axis, first.ids, "between");
    else flow.classes.uniteAll(layout.ids, first.ids);
  }
  return first.ids;
}

/** First operator set in which the sizes of Split are an input. */
const splitInputOpset = 13;

function split(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined || !flow.isFixed(node, 1)) return flow.refuse(node, "its sizes carry channels");
  const outputs = node.outputs.filter((output) => output !== undefined);
  if (nonNegativeAxis(intAttr(node, "axis", 0), x.rank) !== x.axis) {
    for (const output of outputs) flow.setLayout(output, x);
    return;
  }
  const sizes = outputs.map((output) => shapeOf(output)?.[x.axis]);
  const total = sizes.reduce<number>((sum, size) => sum + (typeof size === "number" ? size : NaN), 0);
  if (total !== x.ids.length || outputs.length !== node.outputs.length)
    return flow.refuse(node, "the sizes of its outputs are unknown");
  const parts: Int32Array[] = [];
  let at = 0;
  for (const [i, output] of outputs.entries()) {
    const ids = x.ids.subarray(at, at + (sizes[i] as number));
    at += ids.length;
    parts.push(ids);
    flow.mark(ids, labelOf(node));
    flow.setLayout(output, { ...x, ids });
  }
  const key = keyOf(node);
  flow.edits.push((countKept) =>
    flow.opset >= splitInputOpset
      ? [
          { node: key, input: 1, values: parts.map(countKept) },
          { node: key, attribute: "num_outputs", value: undefined },
        ]
      : [{ node: key, attribute: "split", value: parts.map(countKept) }],
  );
}

/** Concat joins lists of channels, Split cuts them; each part keeps some. */
export const concatRule: ChannelRule = { ops: ["Concat"], apply: concat };
export const splitRule: ChannelRule = { ops: ["Split"], apply: split };
