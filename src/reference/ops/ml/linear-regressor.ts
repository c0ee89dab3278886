import { intAttr, stringAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { linearScores } from "./linear-scores.ts";
import { matrixShape, mlOp } from "./ml-op.ts";
import { postTransform } from "./post-transform.ts";

/** LinearRegressor: x W' + b, transformed. */
export const linearRegressor = mlOp("LinearRegressor", (call) => {
  const x = tensorInput(call, 0);
  const [rows, columns] = matrixShape(x.shape);
  const targets = intAttr(call.node, "targets", 1);
  const scores = linearScores(call.node, realsOf(x), columns, targets);
  for (const row of scores) postTransform(stringAttr(call.node, "post_transform", "NONE"), row);
  return [
    encodeReals(
      "float32",
      [rows, targets],
      scores.flatMap((row) => [...row]),
    ),
  ];
});
