import { integersOf, takeElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { mlOp } from "./ml-op.ts";

/** ArrayFeatureExtractor: the chosen columns along the last axis. */
export const arrayFeatureExtractor = mlOp("ArrayFeatureExtractor", (call) => {
  const x = tensorInput(call, 0);
  const columns = integersOf(tensorInput(call, 1));
  const width = x.shape.at(-1) ?? 1;
  const rows = x.shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
  const sources = Int32Array.from({ length: rows * columns.length }, (_, i) => {
    const column = columns[i % columns.length] as number;
    if (column < 0 || column >= width) throw new RangeError(`no column ${column}`);
    return Math.floor(i / columns.length) * width + column;
  });
  const lead = x.shape.length <= 1 ? [1] : x.shape.slice(0, -1);
  return [takeElements(x, [...lead, columns.length], sources)];
});
