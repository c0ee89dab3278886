import type { Node } from "../../../ir/index.ts";
import { intAttr, intsAttr, tensorAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { matrixShape, mlOp } from "./ml-op.ts";
import { postTransform, postTransforms } from "./post-transform.ts";
import type { TreeNode } from "./tree.ts";
import { aggregateTrees, branchModes } from "./tree.ts";

const aggregates = ["AVERAGE", "SUM", "MIN", "MAX"] as const;

/** TreeEnsemble: the aggregated votes of decision trees whose leaves and inner nodes are lists of their own. */
export const treeEnsemble = mlOp("TreeEnsemble", (call) => {
  const x = tensorInput(call, 0);
  const [rows, columns] = matrixShape(x.shape);
  const targets = intAttr(call.node, "n_targets", 1);
  const roots = treesOf(call.node);
  const values = realsOf(x);
  const aggregate = aggregates[intAttr(call.node, "aggregate_function", 1)] ?? "SUM";
  const transform = postTransforms[intAttr(call.node, "post_transform", 0)] ?? "NONE";
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    const features = values.subarray(row * columns, (row + 1) * columns);
    const scores = aggregateTrees(roots, features, targets, aggregate, []);
    postTransform(transform, scores);
    out.push(...scores);
  }
  return [encodeReals(x.dtype, [rows, targets], out)];
});

function treesOf(node: Node): TreeNode[] {
  const reals = (name: string): Float64Array => {
    const tensor = tensorAttr(node, name);
    return tensor === undefined ? new Float64Array(0) : realsOf(tensor);
  };
  const ints = (name: string): readonly number[] => intsAttr(node, name) ?? [];
  const [features, missing] = [ints("nodes_featureids"), ints("nodes_missing_value_tracks_true")];
  const [splits, leafWeights, leafTargets] = [reals("nodes_splits"), reals("leaf_weights"), ints("leaf_targetids")];
  const memberSets = splitAtNaN(reals("membership_values"));

  const inner = Array.from(reals("nodes_modes"), (mode, i): TreeNode => {
    const name = branchModes[mode] ?? `${mode}`;
    return {
      mode: name,
      feature: features[i] as number,
      threshold: splits[i] as number,
      members: name === "BRANCH_MEMBER" ? memberSets.shift() : undefined,
      missingIsTrue: missing[i] === 1,
      whenTrue: undefined,
      whenFalse: undefined,
      weights: undefined,
    };
  });
  const leafAt = (i: number): TreeNode => ({
    mode: "LEAF",
    feature: 0,
    threshold: 0,
    members: undefined,
    missingIsTrue: false,
    whenTrue: undefined,
    whenFalse: undefined,
    weights: [{ target: leafTargets[i] as number, weight: leafWeights[i] as number }],
  });
  const [trueIds, trueLeafs] = [ints("nodes_truenodeids"), ints("nodes_trueleafs")];
  const [falseIds, falseLeafs] = [ints("nodes_falsenodeids"), ints("nodes_falseleafs")];
  inner.forEach((made, i) => {
    made.whenTrue = trueLeafs[i] === 1 ? leafAt(trueIds[i] as number) : inner[trueIds[i] as number];
    made.whenFalse = falseLeafs[i] === 1 ? leafAt(falseIds[i] as number) : inner[falseIds[i] as number];
  });
  return ints("tree_roots").map((at) => inner[at] as TreeNode);
}

/** Sets of members stand one after the other, each ended by a NaN. */
function splitAtNaN(values: Float64Array): Set<number>[] {
  const sets: Set<number>[] = [];
  let current = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) current.add(value);
    else {
      sets.push(current);
      current = new Set();
    }
  }
  if (current.size > 0) sets.push(current);
  return sets;
}
