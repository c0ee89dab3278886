import { floatsAttr, stringAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { bestOf, classLabels, labelTensor } from "./class-labels.ts";
import { linearScores } from "./linear-scores.ts";
import { matrixShape, mlOp } from "./ml-op.ts";
import { postTransform } from "./post-transform.ts";

/** LinearClassifier: the label of the greatest score of x W' + b, and the transformed scores. */
export const linearClassifier = mlOp("LinearClassifier", (call) => {
  const x = tensorInput(call, 0);
  const [rows, columns] = matrixShape(x.shape);
  const labels = classLabels(call.node);
  const outputs = (floatsAttr(call.node, "coefficients")?.length ?? 0) / columns;
  const transform = stringAttr(call.node, "post_transform", "NONE");
  const binary = outputs === 1 && labels.length === 2;
  const positions: number[] = [];
  const scores = linearScores(call.node, realsOf(x), columns, outputs).flatMap((row) => {
    positions.push(binary ? ((row[0] as number) > 0 ? 1 : 0) : bestOf(row));
    postTransform(transform, row);
    // A single score of two classes is given for both: as complements where it is a probability, else negated.
    const [score = 0] = row;
    return binary ? [transform === "NONE" ? -score : 1 - score, score] : [...row];
  });
  return [labelTensor(labels, positions), encodeReals("float32", [rows, scores.length / Math.max(1, rows)], scores)];
});
