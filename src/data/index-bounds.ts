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
export function indexBound(value: Value): number | undefined {
  let bound: number | undefined;
  // The list grows while it is walked. A node carries its input 0 only, so no value is reached twice.
  const carrying = [value];
  for (const { uses } of carrying)
    for (const use of uses) {
      if (use.kind !== "node") continue;
      const { node, index } = use;
      const lookup = lookups[node.opType];
      if (lookup !== undefined && index === lookup.indices) {
        const rows = rowsOf(node.input(lookup.table), intAttr(node, "axis", 0));
        if (rows !== undefined && (bound === undefined || rows < bound)) bound = rows;
      } else if (index === 0 && carriers.has(node.opType)) carrying.push(node.output);
    }
  return bound;
}

function rowsOf(table: Value | undefined, axis: number): number | undefined {
  const rows = table?.constant?.shape[axis] ?? (table?.type?.kind === "tensor" ? table.type.shape?.[axis] : undefined);
  return typeof rows === "number" ? rows : undefined;
}
