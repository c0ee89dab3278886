import type { Node, Value } from "../../../src/ir/index.ts";
import { intAttr, intsAttr } from "../../../src/ir/index.ts";
import type { IntegerOp, IntegerTensor } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { bothOrders, scalarOf, soleProducer } from "./pattern.ts";
import { sampleShape } from "./quantized-values.ts";

/**
 * Scaled dot-product attention from primitive operators, from the joined heads back to queries, keys and values of all
 * heads side by side: [1, tokens, heads · width] reshaped to heads, transposed, multiplied, scaled, normalized by a
 * Softmax, multiplied, transposed and reshaped back.
 */
export function matchAttention(last: Node, context: MatchContext): IntegerOp | undefined {
  if (last.domain !== "" || last.opType !== "Reshape") return undefined;
  const nodes: Node[] = [last];
  const step = (value: Value | undefined, ...opTypes: readonly string[]): Node | undefined => {
    const node = soleProducer(value, ...opTypes);
    if (node !== undefined) nodes.push(node);
    return node;
  };
  const joined = step(last.input(0), "Transpose");
  if (joined === undefined || !permutes(joined, headsFirst)) return undefined;
  const mix = step(joined.input(0), "MatMul");
  const softmax = step(mix?.input(0), "Softmax");
  if (mix === undefined || softmax === undefined || ![-1, 3].includes(intAttr(softmax, "axis", -1))) return undefined;
  const masked = maskedScores(softmax, step);
  const scores = scaledProduct(masked.scores, step);
  if (scores === undefined) return undefined;
  const q = headsOf(scores.product.input(0), headsFirst, step);
  const k = headsOf(scores.product.input(1), keysLast, step);
  const v = headsOf(mix.input(1), headsFirst, step);
  const shape = k?.shape;
  if (q === undefined || k === undefined || v === undefined || shape === undefined) return undefined;
  if (q.shape[2] !== shape[2] || v.shape.join() !== shape.join() || q.shape[3] !== shape[3]) return undefined;
  const tensors = [q, k, v].map(({ source }) => context.tensor(source, undefined));
  const y = context.tensor(last.output, undefined);
  if (!tensors.every((tensor) => tensor?.shape.length === 3) || y?.shape.length !== 3) return undefined;
  const [queries, keys, values] = tensors as [IntegerTensor, IntegerTensor, IntegerTensor];
  if (y.shape.join() !== queries.shape.join()) return undefined;
  const mask = masked.mask === undefined ? undefined : context.tensor(masked.mask, undefined);
  if (masked.mask !== undefined && mask?.shape.join() !== [1, 1, 1, shape[1]].join()) return undefined;
  return {
    ...{ kind: "attention", name: mix.name, nodes: nodes.reverse(), q: queries, k: keys, v: values, y },
    ...{ mask, heads: q.shape[2] as number, scale: scores.scale * q.scale * k.scale },
  };
}

type Step = (value: Value | undefined, ...opTypes: readonly string[]) => Node | undefined;

const headsFirst = [0, 2, 1, 3];
const keysLast = [0, 2, 3, 1];

function permutes(node: Node, perm: readonly number[]): boolean {
  return intsAttr(node, "perm")?.join() === perm.join();
}

/** The scores and the mask that is added to them, which is no constant. */
function maskedScores(
  softmax: Node,
  step: Step,
): { readonly scores: Value | undefined; readonly mask: Value | undefined } {
  const plain = { scores: softmax.input(0), mask: undefined };
  const sum = soleProducer(plain.scores, "Add");
  if (sum === undefined) return plain;
  for (const [scores, mask] of bothOrders(sum)) {
    if (mask === undefined || mask.isConstant || soleProducer(scores, "Div", "Mul", "MatMul") === undefined) continue;
    const shape = sampleShape(mask);
    if (shape?.length !== 4 || shape[1] !== 1 || shape[2] !== 1) continue;
    step(plain.scores, "Add");
    return { scores, mask };
  }
  return plain;
}

/** A product with its scalar factors. */
function scaledProduct(
  value: Value | undefined,
  step: Step,
): { readonly product: Node; readonly scale: number } | undefined {
  const { source, scale } = unscaled(value, step);
  const product = step(source, "MatMul");
  return product === undefined ? undefined : { product, scale };
}

/** A value without the scalar it is multiplied with or divided by. */
function unscaled(
  value: Value | undefined,
  step: Step,
): { readonly source: Value | undefined; readonly scale: number } {
  const node = soleProducer(value, "Div", "Mul");
  if (node === undefined) return { source: value, scale: 1 };
  for (const [source, factor] of node.opType === "Div" ? [[node.input(0), node.input(1)] as const] : bothOrders(node)) {
    const scalar = scalarOf(factor);
    if (scalar === undefined) continue;
    step(value, node.opType);
    return { source, scale: node.opType === "Div" ? 1 / scalar : scalar };
  }
  return { source: value, scale: 1 };
}

interface Heads {
  /** [1, tokens, heads · width] */
  readonly source: Value;
  /** [1, tokens, heads, width] */
  readonly shape: readonly number[];
  readonly scale: number;
}

/** Heads split off and moved to `order`, by one transpose or two, perhaps scaled before or after. */
function headsOf(value: Value | undefined, order: readonly number[], step: Step): Heads | undefined {
  const after = unscaled(value, step);
  let transpose = step(after.source, "Transpose");
  let perm = transpose === undefined ? undefined : intsAttr(transpose, "perm");
  const between = unscaled(transpose?.input(0), step);
  const second = step(between.source, "Transpose");
  if (second !== undefined) {
    const earlier = intsAttr(second, "perm");
    perm = perm?.map((axis) => earlier?.[axis] as number);
    transpose = second;
  }
  const source = second === undefined ? between.source : second.input(0);
  if (transpose === undefined || perm?.join() !== order.join()) return undefined;
  const split = step(source, "Reshape");
  const whole = unscaled(split?.input(0), step);
  const shape = split === undefined ? undefined : sampleShape(split.output);
  if (shape?.length !== 4 || whole.source === undefined || whole.source.isConstant) return undefined;
  const from = sampleShape(whole.source);
  if (from?.length !== 3 || from[1] !== shape[1]) return undefined;
  return { source: whole.source, shape, scale: after.scale * between.scale * whole.scale };
}
