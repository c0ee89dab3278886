import type { Value } from "../ir/index.ts";
import { intAttr } from "../ir/index.ts";

/** Operators that look up rows of input `table` by the integers of input `indices`. */
const lookups: Readonly<Record<string, { readonly table: number; readonly indices: number }>> = {
  Gather: { table: 0, indices: 1 },
};

/** Operators through which an integer passes unchanged from input 0, as far as its range goes. */
const carriers: ReadonlySet<string> = new Set([
  "Cast",
  "Identity",
  "Reshape",
  "Unsqueeze",
  "Squeeze",
  "Flatten",
  "Transpose",
  "Expand",
  "Slice",
  "Concat",
  "Tile",
]);

/** The least number of rows of the tables that a value indexes; undefined where it indexes none of known size. */
export function indexBound(value: Value, depth = 8): number | undefined {
  let bound: number | undefined;
  const narrow = (rows: number | undefined): void => {
    if (rows !== undefined && (bound === undefined || rows < bound)) bound = rows;
  };
  for (const use of value.uses) {
    if (use.kind !== "node") continue;
    const { node, index } = use;
    const lookup = lookups[node.opType];
    if (lookup !== undefined && index === lookup.indices) {
      const type = node.input(lookup.table)?.type;
      const rows = type?.kind === "tensor" ? type.shape?.[intAttr(node, "axis", 0)] : undefined;
      narrow(
        node.input(lookup.table)?.constant?.shape[intAttr(node, "axis", 0)] ??
          (typeof rows === "number" ? rows : undefined),
      );
    } else if (depth > 0 && index === 0 && carriers.has(node.opType)) narrow(indexBound(node.output, depth - 1));
  }
  return bound;
}
