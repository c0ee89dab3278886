import { floatsAttr, intAttr, intsAttr, sizeOf, stringAttr, stringsAttr } from "../../../ir/index.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { scalarsOf } from "../../numeric/elementwise.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/** An n-gram of the pool: the column it counts in and its weight. */
interface Gram {
  readonly column: number;
  readonly weight: number;
}

/** TfIdfVectorizer: counts the pool's n-grams in each row, with skips between their items, then weights the counts. */
export const tfIdfVectorizer: ReferenceOp = {
  domain: "",
  name: "TfIdfVectorizer",
  run(call) {
    const x = tensorInput(call, 0);
    const { node } = call;
    const mode = stringAttr(node, "mode", "TF");
    const grams = poolOf(call);
    const columns = Math.max(...intsAttr(node, "ngram_indexes", [])) + 1;
    const [shortest, longest] = [intAttr(node, "min_gram_length", 1), intAttr(node, "max_gram_length", 1)];
    const skips = intAttr(node, "max_skip_count", 0);
    const items = Array.from(scalarsOf(x), String);
    const length = x.shape.at(-1) ?? 1;
    const rows = sizeOf(x.shape.slice(0, -1));
    const out = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++)
      for (let n = shortest; n <= longest; n++)
        // Skipping makes no difference to single items.
        for (let step = 1; step <= (n === 1 ? 1 : skips + 1); step++)
          for (let start = 0; start + (n - 1) * step < length; start++) {
            const words = Array.from({ length: n }, (_, i) => items[row * length + start + i * step] as string);
            const gram = grams.get(JSON.stringify(words));
            if (gram === undefined) continue;
            const at = row * columns + gram.column;
            if (mode === "TF") out[at] = (out[at] as number) + 1;
            else if (mode === "IDF") out[at] = gram.weight;
            else out[at] = (out[at] as number) + gram.weight;
          }
    return [encodeReals("float32", [...x.shape.slice(0, -1), columns], out)];
  },
};

/** The pool by the items of its n-grams: all of length 1, then all of length 2, …, each length from its ngram_counts entry. */
function poolOf({ node }: OpCall): ReadonlyMap<string, Gram> {
  const pool = stringsAttr(node, "pool_strings") ?? intsAttr(node, "pool_int64s", []).map(String);
  const starts = intsAttr(node, "ngram_counts", []);
  const columns = intsAttr(node, "ngram_indexes", []);
  const weights = floatsAttr(node, "weights");
  const grams = new Map<string, Gram>();
  let index = 0;
  starts.forEach((start, i) => {
    const end = starts[i + 1] ?? pool.length;
    for (let at = start; at + i < end; at += i + 1, index++)
      grams.set(JSON.stringify(pool.slice(at, at + i + 1)), {
        column: columns[index] as number,
        weight: weights?.[index] ?? 1,
      });
  });
  return grams;
}
