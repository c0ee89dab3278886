import { intsAttr, stringAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { bestOf, classLabels, labelTensor } from "./class-labels.ts";
import { legacyTrees, numbers } from "./legacy-trees.ts";
import { matrixShape, mlOp } from "./ml-op.ts";
import { postTransform } from "./post-transform.ts";
import { aggregateTrees } from "./tree.ts";

/** TreeEnsembleClassifier: the label with the greatest vote, and the transformed votes of all classes. */
export const treeEnsembleClassifier = mlOp("TreeEnsembleClassifier", (call) => {
  const { node } = call;
  const x = tensorInput(call, 0);
  const [rows, columns] = matrixShape(x.shape);
  const labels = classLabels(node);
  const roots = legacyTrees(node, "class");
  const base = numbers(node, "base_values");
  const transform = stringAttr(node, "post_transform", "NONE");
  const isBinary = labels.length === 2 && new Set(intsAttr(node, "class_ids")).size === 1 && base.length < 2;
  const values = realsOf(x);
  const positions: number[] = [];
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    const features = values.subarray(row * columns, (row + 1) * columns);
    const votes = aggregateTrees(roots, features, labels.length, "SUM", base);
    if (isBinary) {
      const [scores, position] = binaryScores(
        votes,
        transform,
        intsAttr(node, "class_ids")?.[0] ?? 0,
        numbers(node, "class_weights"),
      );
      positions.push(position);
      out.push(...scores);
    } else {
      positions.push(bestOf(votes));
      postTransform(transform, votes);
      out.push(...votes);
    }
  }
  return [labelTensor(labels, positions), encodeReals("float32", [rows, labels.length], out)];
});

/**
 * Two classes of which only one is voted for: as ONNX Runtime does, votes that are all non-negative are probabilities
 * with threshold 1/2, others are margins with threshold 0.
 */
function binaryScores(
  votes: Float64Array,
  transform: string,
  voted: number,
  weights: readonly number[],
): readonly [readonly number[], number] {
  const vote = votes[voted] as number;
  const areProbabilities = weights.every((weight) => weight >= 0);
  const position = vote > (areProbabilities ? 0.5 : 0) ? 1 : 0;
  const margin = areProbabilities && transform === "NONE" ? [1 - vote, vote] : [-vote, vote];
  const row = Float64Array.from(margin);
  postTransform(transform, row);
  return [[...row], position];
}
