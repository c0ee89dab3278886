import type { Node } from "../../src/ir/index.ts";
import { attr, int64Tensor, intAttr } from "../../src/ir/index.ts";
import { axesOf, nonNegativeAxis } from "../support/facts.ts";
import type { LocalRule } from "../support/local-rules.ts";
import { removeDeadChain } from "../support/replace.ts";
import { permutationOf } from "./permutation.ts";

/** Reductions that select: their result has the same bits in every order of the elements. */
export const exactReductions: readonly string[] = ["ReduceMax", "ReduceMin"];

/** Reductions that sum or multiply: another order of the elements may round differently. */
export const roundingReductions: readonly string[] = [
  "ReduceL1",
  "ReduceL2",
  "ReduceLogSum",
  "ReduceLogSumExp",
  "ReduceMean",
  "ReduceProd",
  "ReduceSum",
  "ReduceSumSquare",
];

/** Reduce(Transpose(x), axes) without the reduced axes -> Reduce(x, axes'), when the others keep their order. */
export function transposedReductionRule(ops: readonly string[]): LocalRule {
  return { name: "reduction", ops, apply: readUntransposed };
}

function readUntransposed(node: Node): string | undefined {
  const inner = node.input(0)?.producer;
  if (inner?.opType !== "Transpose" || inner.domain !== "" || intAttr(node, "keepdims", 1) !== 0) return undefined;
  const perm = permutationOf(inner);
  const axes = axesOf(node);
  const source = inner.input(0);
  if (perm === undefined || axes === undefined || axes === "absent" || axes.length === 0 || source === undefined)
    return undefined;
  const reduced = new Set(axes.map((axis) => nonNegativeAxis(axis, perm.length)));
  const kept = perm.filter((_, i) => !reduced.has(i));
  if (kept.some((axis, i) => i > 0 && axis < (kept[i - 1] ?? 0))) return undefined;
  const moved = [...reduced].map((axis) => perm[axis] ?? 0).sort((a, b) => a - b);
  const { graph } = node;
  graph.setInput(node, 0, source);
  if (node.attributes.has("axes")) graph.setAttribute(node, "axes", attr.ints(moved));
  else graph.setInput(node, 1, graph.addConstant(`${node.output.name}_axes`, int64Tensor(moved)));
  removeDeadChain(inner);
  return `reads "${source.name}" along axes ${moved.join(",")}`;
}
