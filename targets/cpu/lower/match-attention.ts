import type { Node } from "../../../src/ir/index.ts";
import { intAttr, intsAttr } from "../../../src/ir/index.ts";
import type { Heads } from "./attention-heads.ts";
import { headsFirst, headsOf, keysLast } from "./attention-heads.ts";
import { attentionMask, maskedScores } from "./attention-mask.ts";
import type { ChannelsOf, IntegerOp } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import type { Step } from "./pattern.ts";
import { soleProducer, unscaled } from "./pattern.ts";

/**
 * Scaled dot-product attention from primitive operators, from the joined heads back to queries, keys and values of all
 * heads side by side: [1, tokens, heads · width] split into heads, multiplied, scaled, normalized by a Softmax,
 * multiplied, and joined.
 */
export function matchAttention(last: Node, context: MatchContext): IntegerOp | undefined {
  if (last.domain !== "" || last.opType !== "Reshape") return undefined;
  const nodes = new Set([last]);
  const step: Step = (value, ...opTypes) => {
    const node = soleProducer(value, ...opTypes);
    if (node !== undefined) nodes.add(node);
    return node;
  };
  const joined = step(last.input(0), "Transpose");
  if (joined === undefined || intsAttr(joined, "perm")?.join() !== headsFirst.join()) return undefined;
  const mix = step(joined.input(0), "MatMul");
  const softmax = step(mix?.input(0), "Softmax");
  // Before opset 13 axes from the given one on were normalized together: the default was 1.
  const axis = softmax === undefined ? undefined : intAttr(softmax, "axis", context.opset < 13 ? 1 : -1);
  if (mix === undefined || softmax === undefined || (axis !== -1 && axis !== 3)) return undefined;
  const masked = maskedScores(softmax, step);
  const scores = unscaled(masked.scores, step);
  const product = step(scores.source, "MatMul");
  const q = headsOf(product?.input(0), headsFirst, step);
  const k = headsOf(product?.input(1), keysLast, step);
  const v = headsOf(mix.input(1), headsFirst, step);
  if (q === undefined || k === undefined || v === undefined) return undefined;
  for (const { shared } of [q, k, v]) for (const node of shared) nodes.add(node);
  if (k.keys !== v.keys || q.heads !== k.heads || k.heads !== v.heads || q.width !== k.width || k.width !== v.width)
    return undefined;
  const channels = (heads: Heads): ChannelsOf | undefined => {
    const tensor = context.tensor(heads.source, undefined);
    return tensor?.shape.length === 3 ? { tensor, first: heads.first } : undefined;
  };
  const [queries, keys, values] = [channels(q), channels(k), channels(v)];
  const y = context.tensor(last.output, undefined);
  if (queries === undefined || keys === undefined || values === undefined) return undefined;
  if (y?.shape.join() !== [1, q.keys, q.heads * q.width].join() || !isClosed(nodes, last)) return undefined;
  const mask = masked.mask === undefined ? undefined : attentionMask(masked.mask, q.heads, q.keys, k.keys, context);
  if (masked.mask !== undefined && mask === undefined) return undefined;
  return {
    ...{ kind: "attention", name: mix.name, nodes: inOrder(nodes), q: queries, k: keys, v: values, y },
    ...{ mask, heads: q.heads, scale: scores.scale * q.scale * k.scale },
  };
}

/** Producers before their readers. */
function inOrder(nodes: ReadonlySet<Node>): readonly Node[] {
  const ordered = new Set<Node>();
  const visit = (node: Node): void => {
    if (!nodes.has(node) || ordered.has(node)) return;
    for (const value of node.inputs) if (value?.producer !== undefined) visit(value.producer);
    ordered.add(node);
  };
  for (const node of nodes) visit(node);
  return [...ordered];
}

/** Whether only nodes of the set read results, the last one's aside. */
function isClosed(nodes: ReadonlySet<Node>, last: Node): boolean {
  return [...nodes].every(
    (node) =>
      node === last ||
      node.outputs.every(
        (value) => value === undefined || [...value.uses].every((use) => use.kind === "node" && nodes.has(use.node)),
      ),
  );
}
