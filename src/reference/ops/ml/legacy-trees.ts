import type { Node } from "../../../ir/index.ts";
import { floatsAttr, intsAttr, stringsAttr, tensorAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric.ts";
import type { LeafWeight, TreeNode } from "./tree.ts";

/** The trees of TreeEnsembleClassifier (`class`) or TreeEnsembleRegressor (`target`), whose leaves are found by tree and node id. */
export function legacyTrees(node: Node, role: "class" | "target"): TreeNode[] {
  const ints = (name: string): readonly number[] => intsAttr(node, name) ?? [];
  const [treeIds, nodeIds, features] = [ints("nodes_treeids"), ints("nodes_nodeids"), ints("nodes_featureids")];
  const [trueIds, falseIds] = [ints("nodes_truenodeids"), ints("nodes_falsenodeids")];
  const missing = ints("nodes_missing_value_tracks_true");
  const modes = stringsAttr(node, "nodes_modes") ?? [];
  const thresholds = numbers(node, "nodes_values");
  const keyOf = (tree: number | undefined, id: number | undefined): string => `${tree}/${id}`;

  const weights = new Map<string, LeafWeight[]>();
  const weightValues = numbers(node, `${role}_weights`);
  const targetIds = ints(`${role}_ids`);
  const [leafTrees, leafNodes] = [ints(`${role}_treeids`), ints(`${role}_nodeids`)];
  targetIds.forEach((target, i) => {
    const key = keyOf(leafTrees[i], leafNodes[i]);
    weights.set(key, [...(weights.get(key) ?? []), { target, weight: weightValues[i] as number }]);
  });

  const byKey = new Map<string, TreeNode>();
  const roots = new Map<number, TreeNode>();
  nodeIds.forEach((id, i) => {
    const key = keyOf(treeIds[i], id);
    const made: TreeNode = {
      mode: modes[i] as string,
      feature: features[i] as number,
      threshold: thresholds[i] as number,
      members: undefined,
      missingIsTrue: missing[i] === 1,
      whenTrue: undefined,
      whenFalse: undefined,
      weights: modes[i] === "LEAF" ? (weights.get(key) ?? []) : undefined,
    };
    byKey.set(key, made);
    const tree = treeIds[i] as number;
    if (!roots.has(tree)) roots.set(tree, made);
  });
  nodeIds.forEach((id, i) => {
    const made = byKey.get(keyOf(treeIds[i], id));
    if (made === undefined || made.weights !== undefined) return;
    made.whenTrue = byKey.get(keyOf(treeIds[i], trueIds[i]));
    made.whenFalse = byKey.get(keyOf(treeIds[i], falseIds[i]));
  });
  return [...roots.values()];
}

/** A list of numbers from its floats attribute or from the `_as_tensor` form, which holds doubles. */
export function numbers(node: Node, name: string): readonly number[] {
  const tensor = tensorAttr(node, `${name}_as_tensor`);
  return tensor === undefined ? (floatsAttr(node, name) ?? []) : [...realsOf(tensor)];
}
