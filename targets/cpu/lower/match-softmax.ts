import type { Node } from "../../../src/ir/index.ts";
import { intAttr } from "../../../src/ir/index.ts";
import type { IntegerOp, IntegerTensor, Quantization } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import type { CoreMatch } from "./core-match.ts";
import { unscaled, soleProducer } from "./pattern.ts";
import { naturalOrder, preferredOrder } from "./physical.ts";

/** A float32 Softmax, with the scale in front of it. */
export function matchFloatSoftmax(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const axis = softmaxAxis(node, y.shape.length, context);
  if (axis === undefined) return undefined;
  const nodes: Node[] = [];
  const { source, scale } = unscaled(node.input(0), (value, ...opTypes) => {
    const found = soleProducer(value, ...opTypes);
    if (found !== undefined) nodes.push(found);
    return found;
  });
  const x = source === undefined || source.isConstant ? undefined : context.tensor(source, undefined);
  if (x === undefined || x.shape.join() !== y.shape.join()) return undefined;
  return { kind: "softmax", name: node.name, nodes: [...nodes, node], x, y, axis, scale, inverse: undefined };
}

/**
 * Softmax from bytes to bytes, as ONNX Runtime's QLinearSoftmax computes it: with a whole number of steps that one is. A
 * string says why it is left alone.
 */
export function matchQuantizedSoftmax(
  { core, y, quantization, behind }: CoreMatch,
  x: { readonly tensor: IntegerTensor; readonly node: Node },
  context: MatchContext,
): IntegerOp | string {
  const axis = softmaxAxis(core, y.shape.length, context);
  if (axis === undefined) return "softmax over an axis that is not last in memory";
  const from = x.tensor.quantization;
  if (quantization === undefined || from === undefined) return "the result is not quantized";
  const inverse = wholeSteps(quantization);
  // Over fewer elements sums overflow in ONNX Runtime.
  if (inverse < 1 || inverse > 100 * (y.shape[axis] as number)) return "softmax of few elements";
  const nodes = [x.node, core, ...behind];
  return { kind: "softmax", name: core.name, nodes, x: x.tensor, y, axis, scale: from.scale, inverse };
}

function wholeSteps({ scale }: Quantization): number {
  return Math.floor(Math.fround(1 / scale));
}

/** The axis that is normalized, where it can stand last in memory; before opset 13 all axes from the given one on were. */
function softmaxAxis(node: Node, rank: number, { opset }: MatchContext): number | undefined {
  const given = intAttr(node, "axis", opset < 13 ? 1 : -1);
  const axis = given < 0 ? given + rank : given;
  if (axis === rank - 1) return axis;
  const last = [preferredOrder(rank), naturalOrder(rank)].some((order) => order.at(-1) === axis);
  return last && opset >= 13 ? axis : undefined;
}
