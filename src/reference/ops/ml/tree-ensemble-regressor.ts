import { intAttr, stringAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { legacyTrees, numbers } from "./legacy-trees.ts";
import { matrixShape, mlOp } from "./ml-op.ts";
import { postTransform } from "./post-transform.ts";
import { aggregateTrees } from "./tree.ts";

/** TreeEnsembleRegressor: the aggregated votes of decision trees. */
export const treeEnsembleRegressor = mlOp("TreeEnsembleRegressor", (call) => {
  const x = tensorInput(call, 0);
  const [rows, columns] = matrixShape(x.shape);
  const targets = intAttr(call.node, "n_targets", 1);
  const roots = legacyTrees(call.node, "target");
  const base = numbers(call.node, "base_values");
  const values = realsOf(x);
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    const features = values.subarray(row * columns, (row + 1) * columns);
    const scores = aggregateTrees(roots, features, targets, stringAttr(call.node, "aggregate_function", "SUM"), base);
    postTransform(stringAttr(call.node, "post_transform", "NONE"), scores);
    out.push(...scores);
  }
  return [encodeReals("float32", [rows, targets], out)];
});
