import type { Graph, Node } from "../../../src/ir/index.ts";
import type { IntegerOp } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { matchAttention } from "./match-attention.ts";
import { matchBiasedProduct } from "./match-biased-product.ts";
import { matchGelu } from "./match-gelu.ts";

/** Recognizes several nodes as one op by their last; undefined where they are something else. */
export type Pattern = (last: Node, context: MatchContext) => IntegerOp | undefined;

const patterns: readonly Pattern[] = [matchAttention, matchBiasedProduct, matchGelu];

/** The ops that stand for several float nodes, by their last node. Nodes of `claimed` are in none, dequantizers aside. */
export function matchPatterns(
  graph: Graph,
  claimed: ReadonlySet<Node>,
  context: MatchContext,
): ReadonlyMap<Node, IntegerOp> {
  const found = new Map<Node, IntegerOp>();
  for (const node of graph.nodes()) {
    if (claimed.has(node)) continue;
    for (const pattern of patterns) {
      const op = pattern(node, context);
      if (op === undefined || op.nodes.some((one) => one.opType !== "DequantizeLinear" && claimed.has(one))) continue;
      found.set(node, op);
      break;
    }
  }
  return found;
}
