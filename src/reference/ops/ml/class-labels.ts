import type { Node, Tensor } from "../../../ir/index.ts";
import { int64Tensor, stringsAttr, tensorFromStrings } from "../../../ir/index.ts";

/** The labels of a classifier, from whichever attribute holds them. */
export function classLabels(node: Node): readonly bigint[] | readonly string[] {
  const strings = stringsAttr(node, "classlabels_strings");
  if (strings !== undefined && strings.length > 0) return strings;
  const integers = node.attributes.get("classlabels_int64s") ?? node.attributes.get("classlabels_ints");
  return integers?.kind === "ints" ? integers.value : [];
}

/** The labels at the given positions, as a vector of their type. */
export function labelTensor(labels: readonly bigint[] | readonly string[], positions: readonly number[]): Tensor {
  const chosen = positions.map((at) => labels[at] ?? BigInt(at));
  if (typeof labels[0] === "string") return tensorFromStrings([chosen.length], chosen.map(String));
  return int64Tensor(chosen.map((label) => BigInt(label)));
}

/** Position of the greatest score, the first among equals. */
export function bestOf(scores: Float64Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
}
