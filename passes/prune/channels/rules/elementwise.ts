import type { Node, Shape, Value } from "../../../../src/ir/index.ts";
import { constantOf, shapeOf } from "../../../support/facts.ts";
import type { ChannelFlow, ChannelLayout } from "../channel-flow.ts";

/** One input of a broadcasting operator. */
interface Operand {
  readonly index: number;
  readonly value: Value;
  readonly shape: Shape | undefined;
  readonly layout: ChannelLayout | undefined;
}

/** Functions of one element: the other inputs (bounds of Clip) are scalars. */
export function unary(node: Node, flow: ChannelFlow): void {
  const x = flow.layoutOf(node.input(0));
  if (x === undefined || node.inputs.some((_, i) => i > 0 && !flow.isFixed(node, i)))
    return flow.refuse(node, `a parameter of ${node.opType} carries channels`);
  flow.setLayout(node.output, x);
}

/** Operators that broadcast: operands with the same channels tie them, constants along the channels shrink with them. */
export function broadcasting(node: Node, flow: ChannelFlow): void {
  if (node.attributes.has("broadcast") || node.attributes.has("axis"))
    return flow.refuse(node, "its operands are broadcast by an attribute of early operator sets");
  const operands: Operand[] = [];
  node.inputs.forEach((value, index) => {
    if (value !== undefined)
      operands.push({
        index,
        value,
        shape: constantOf(value)?.shape ?? shapeOf(value),
        layout: flow.layoutOf(value),
      });
  });
  const ranks = operands.map(({ layout, shape }) => layout?.rank ?? shape?.length);
  if (ranks.includes(undefined)) return flow.refuse(node, "the rank of an operand is unknown");
  const rank = Math.max(...(ranks as number[]));
  const wide = operands.map(({ layout }) => layout).filter((layout) => (layout?.ids.length ?? 0) > 1);
  const [main] = wide;
  if (main === undefined) return flow.refuse(node, "a single channel is broadcast");
  const fromEnd = main.rank - main.axis;
  if (wide.some((other) => other?.rank !== undefined && other.rank - other.axis !== fromEnd))
    return flow.refuse(node, "the channels of its operands lie on different axes");
  for (const operand of operands)
    if (!tie(node, flow, main.ids, fromEnd, operand))
      return flow.refuse(node, `it combines them with "${operand.value.name}", whose channels stay`);
  flow.setLayout(node.output, { rank, axis: rank - fromEnd, ids: main.ids });
}

/** Ties one operand to the channels; false when it holds them as they are. */
function tie(node: Node, flow: ChannelFlow, ids: Int32Array, fromEnd: number, operand: Operand): boolean {
  const { layout, shape, value, index } = operand;
  if (layout !== undefined && layout.rank - layout.axis === fromEnd) {
    if (layout.ids.length === ids.length) flow.classes.uniteAll(layout.ids, ids);
    return layout.ids.length === ids.length || layout.ids.length === 1;
  }
  const axis = (layout?.rank ?? shape?.length ?? 0) - fromEnd;
  const slopeByChannel = node.opType === "PRelu" && index === 1 && shape?.length === 1 && shape[0] !== 1;
  if (axis < 0) return !slopeByChannel || fromEnd === 1;
  const dim = shape?.[axis];
  if (dim === 1) return true;
  if (constantOf(value) === undefined || dim !== ids.length) return false;
  flow.slice(node, index, axis, ids, "between");
  return true;
}
