import type { Shape } from "../../src/ir/index.ts";
import { sameDim } from "../../src/ir/index.ts";

/**
 * The constant second input of a Reshape from `from` to `to`, valid for every value of the symbols: numbers stand for
 * themselves, a dimension equal to the one at the same place of `from` is 0 ("copy"), and one more may be -1.
 * undefined when that does not suffice, or when a dimension is 0 (which 0 and -1 cannot express).
 */
export function reshapeTarget(from: Shape | undefined, to: Shape | undefined): readonly number[] | undefined {
  if (to === undefined) return undefined;
  const target: number[] = [];
  let inferred = false;
  for (const [i, dim] of to.entries()) {
    if (dim === 0) return undefined;
    if (typeof dim === "number") target.push(dim);
    else if (from !== undefined && i < from.length && sameDim(from[i], dim)) target.push(0);
    else if (!inferred) {
      inferred = true;
      target.push(-1);
    } else return undefined;
  }
  const mayBeEmpty = from === undefined || from.some((dim) => dim === 0);
  return inferred && mayBeEmpty ? undefined : target;
}
