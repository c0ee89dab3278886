import { intsAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { matrixShape, mlOp } from "./ml-op.ts";

/** FeatureVectorizer: the rows of all inputs side by side, as float32. */
export const featureVectorizer = mlOp("FeatureVectorizer", (call) => {
  const sources = call.inputs.map((_, i) => tensorInput(call, i));
  const widths = sources.map(({ shape }) => (shape.length === 1 ? 1 : matrixShape(shape)[1]));
  const wanted = intsAttr(call.node, "inputdimensions") ?? widths;
  const rows = sources[0]?.shape[0] ?? 0;
  const columns = sources.map(realsOf);
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    columns.forEach((values, s) => {
      const width = widths[s] as number;
      for (let i = 0; i < (wanted[s] ?? width); i++) out.push(i < width ? (values[row * width + i] as number) : 0);
    });
  }
  return [encodeReals("float32", [rows, rows === 0 ? 0 : out.length / rows], out)];
});
