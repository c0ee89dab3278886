/** The tests of an inner node, in the order of their numbers in TreeEnsemble; LEAF ends a path. */
export const branchModes = [
  "BRANCH_LEQ",
  "BRANCH_LT",
  "BRANCH_GTE",
  "BRANCH_GT",
  "BRANCH_EQ",
  "BRANCH_NEQ",
  "BRANCH_MEMBER",
] as const;

/** What a leaf adds to which target (or class). */
export interface LeafWeight {
  readonly target: number;
  readonly weight: number;
}

/** A node of a decision tree: a leaf where `weights` is set. */
export interface TreeNode {
  readonly mode: string;
  readonly feature: number;
  readonly threshold: number;
  readonly members: ReadonlySet<number> | undefined;
  readonly missingIsTrue: boolean;
  whenTrue: TreeNode | undefined;
  whenFalse: TreeNode | undefined;
  weights: readonly LeafWeight[] | undefined;
}

/** The leaf that one row of features reaches. */
function leafOf(root: TreeNode, row: Float64Array): TreeNode {
  let node = root;
  while (node.weights === undefined) {
    const x = row[node.feature] as number;
    const next = holds(node, x) || (Number.isNaN(x) && node.missingIsTrue) ? node.whenTrue : node.whenFalse;
    if (next === undefined) throw new RangeError("a tree node has no branch to follow");
    node = next;
  }
  return node;
}

function holds({ mode, threshold, members }: TreeNode, x: number): boolean {
  switch (mode) {
    case "BRANCH_LEQ":
      return x <= threshold;
    case "BRANCH_LT":
      return x < threshold;
    case "BRANCH_GTE":
      return x >= threshold;
    case "BRANCH_GT":
      return x > threshold;
    case "BRANCH_EQ":
      return x === threshold;
    case "BRANCH_NEQ":
      return x !== threshold;
    case "BRANCH_MEMBER":
      return members?.has(x) ?? false;
    default:
      throw new RangeError(`tree node of mode ${mode}`);
  }
}

/** What trees vote: for each target the aggregate of the leaves' weights, plus its base value. */
export function aggregateTrees(
  roots: readonly TreeNode[],
  row: Float64Array,
  targets: number,
  aggregate: string,
  baseValues: readonly number[],
): Float64Array {
  const out = new Float64Array(targets);
  const met = new Uint8Array(targets);
  for (const root of roots) {
    for (const { target, weight } of leafOf(root, row).weights ?? []) {
      const before = out[target] as number;
      if (met[target] === 0) out[target] = weight;
      else if (aggregate === "MIN") out[target] = Math.min(before, weight);
      else if (aggregate === "MAX") out[target] = Math.max(before, weight);
      else out[target] = before + weight;
      met[target] = 1;
    }
  }
  return out.map((value, i) => (aggregate === "AVERAGE" ? value / roots.length : value) + (baseValues[i] ?? 0));
}
