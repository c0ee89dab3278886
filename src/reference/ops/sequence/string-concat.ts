import { stringsOf, tensorFromStrings } from "../../../ir/index.ts";
import { broadcastIndices, broadcastShapes } from "../../numeric/shape.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** StringConcat: joins broadcast pairs of strings. */
export const stringConcat: ReferenceOp = {
  domain: "",
  name: "StringConcat",
  run(call) {
    const [a, b] = [tensorInput(call, 0), tensorInput(call, 1)];
    const shape = broadcastShapes(a.shape, b.shape);
    const [left, right] = [stringsOf(a), stringsOf(b)];
    const [atLeft, atRight] = [broadcastIndices(a.shape, shape), broadcastIndices(b.shape, shape)];
    const size = shape.reduce((product, dim) => product * dim, 1);
    const joined = Array.from(
      { length: size },
      (_, i) => `${left[atLeft?.[i] ?? i] ?? ""}${right[atRight?.[i] ?? i] ?? ""}`,
    );
    return [tensorFromStrings(shape, joined)];
  },
};
