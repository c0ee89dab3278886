import { intAttr, sizeOf } from "../../../src/ir/index.ts";
import type { Pattern } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, constant, oneOf, op, optional } from "../../../src/rewrite/index.ts";
import { near } from "./written-out.ts";

/** The value that is normalized. */
export const x: Pattern<"x"> = anyValue("x");

/** The mean over axes that stay, as ones. */
export function meanOf<P extends Pattern, const Name extends string>(value: P, name: Name): Pattern<"x" | Name> {
  return op("ReduceMean", [value, optional(anyValue())], {
    name,
    where: (node) => intAttr(node, "keepdims", 1) === 1,
  }) as Pattern<"x" | Name>;
}

/** The square of a value. */
export function squareOf(value: Pattern): Pattern {
  return oneOf(op("Mul", [value, value]), op("Pow", [value, near(2)]));
}

const epsilon = constant("epsilon", (tensor) => sizeOf(tensor.shape) === 1);

/** value / √(mean square + ε), or value times its reciprocal. */
export function normalized<P extends Pattern, Q extends Pattern>(
  value: P,
  meanSquare: Q,
): Pattern<"x" | "square" | "mean" | "epsilon"> {
  const root = op("Sqrt", [commutative("Add", meanSquare, epsilon)]);
  return oneOf(
    op("Div", [value, root]),
    commutative("Mul", value, op("Reciprocal", [root])),
    commutative("Mul", value, op("Div", [near(1), root])),
  ) as Pattern<"x" | "square" | "mean" | "epsilon">;
}

/** x - mean(x). */
export const centered: Pattern<"x" | "mean" | "centered"> = op("Sub", [x, meanOf(x, "mean")], { name: "centered" });
