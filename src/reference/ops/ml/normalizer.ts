import { stringAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { matrixShape, mlOp } from "./ml-op.ts";

const norms: Readonly<Record<string, (row: Float64Array) => number>> = {
  MAX: (row) => row.reduce((a, b) => Math.max(a, b), -Infinity),
  L1: (row) => row.reduce((sum, x) => sum + Math.abs(x), 0),
  L2: (row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)),
};

/** Normalizer: each row divided by its norm; a row of norm 0 stays as it is. */
export const normalizer = mlOp("Normalizer", (call) => {
  const x = tensorInput(call, 0);
  const [, columns] = matrixShape(x.shape);
  const norm = norms[stringAttr(call.node, "norm", "MAX")];
  if (norm === undefined) throw new RangeError(`norm ${stringAttr(call.node, "norm")}`);
  const values = realsOf(x);
  for (let start = 0; start < values.length; start += columns) {
    const row = values.subarray(start, start + columns);
    const size = norm(row);
    if (size !== 0) for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) / size;
  }
  return [encodeReals("float32", x.shape, values)];
});
