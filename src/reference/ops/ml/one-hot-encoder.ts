import { intAttr, stringsAttr } from "../../../ir/index.ts";
import { encodeReals, scalarsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { mlOp } from "./ml-op.ts";

/** OneHotEncoder: a new last axis with 1 at each element's category; an unknown one is all zeros, or an error. */
export const oneHotEncoder = mlOp("OneHotEncoder", (call) => {
  const x = tensorInput(call, 0);
  const integers = call.node.attributes.get("cats_int64s");
  const categories =
    integers?.kind === "ints" ? integers.value.map(Number) : (stringsAttr(call.node, "cats_strings") ?? []);
  const index = new Map<number | string, number>(categories.map((category, i) => [category, i]));
  const elements = scalarsOf(x);
  const out = new Float64Array(elements.length * categories.length);
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] as number | bigint | string;
    const at = index.get(typeof element === "string" ? element : Number(element));
    if (at !== undefined) out[i * categories.length + at] = 1;
    else if (intAttr(call.node, "zeros", 1) === 0) throw new RangeError(`unknown category ${element}`);
  }
  return [encodeReals("float32", [...x.shape, categories.length], out)];
});
