import type { Node } from "../../../ir/index.ts";
import { floatsAttr } from "../../../ir/index.ts";

/** x W' + b for rows of `columns` features; W is [outputs, columns] in attribute coefficients, b in intercepts. */
export function linearScores(node: Node, x: Float64Array, columns: number, outputs: number): Float64Array[] {
  const coefficients = floatsAttr(node, "coefficients") ?? [];
  const intercepts = floatsAttr(node, "intercepts");
  return Array.from({ length: x.length / columns }, (_, row) =>
    Float64Array.from({ length: outputs }, (__, k) => {
      let total = intercepts?.[k] ?? 0;
      for (let c = 0; c < columns; c++)
        total += (x[row * columns + c] as number) * (coefficients[k * columns + c] ?? 0);
      return total;
    }),
  );
}
