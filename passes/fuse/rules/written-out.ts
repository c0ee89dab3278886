import type { Node, Value } from "../../../src/ir/index.ts";
import { numbersOf, sizeOf } from "../../../src/ir/index.ts";
import type { Pattern, Refusal } from "../../../src/rewrite/index.ts";
import { constant, refuse } from "../../../src/rewrite/index.ts";
import { rankOf } from "../../support/facts.ts";

/** A constant whose only element is about `value`: exporters write 1/6 or the root of 2 in any precision. */
export function near(value: number, tolerance = 1e-3): Pattern<never> {
  return constant<never>(undefined, (tensor) => {
    if (sizeOf(tensor.shape) !== 1 || tensor.dtype === "string") return false;
    const [number] = Array.from(numbersOf(tensor));
    return number !== undefined && Math.abs(number - value) <= tolerance * Math.abs(value);
  });
}

/** Constants of one element inside a formula must not add axes: its result has the rank of its input. */
export function checkSameRank(input: Value, root: Node): Refusal | undefined {
  const rank = rankOf(input);
  if (rank !== undefined && rank === rankOf(root.output)) return undefined;
  return refuse("the rank of the input is not known, or a constant adds axes", root);
}
