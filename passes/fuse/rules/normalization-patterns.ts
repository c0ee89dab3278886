import { intAttr, sizeOf } from "../../../src/ir/index.ts";
import type { Pattern } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, constant, oneOf, op, optional } from "../../../src/rewrite/index.ts";
import { near } from "./written-out.ts";

/** The value that is normalized. */
export const x: Pattern<"x"> = anyValue("x");

/** The mean over axes that stay, as ones. */
export function meanOf<Inner extends string, const Name extends string>(
  value: Pattern<Inner>,
  name: Name,
): Pattern<Inner | Name> {
  return op("ReduceMean", [value, optional(anyValue())], {
    name,
    where: (node) => intAttr(node, "keepdims", 1) === 1,
  }) as Pattern<Inner | Name>;
}

/** The square of a value. */
export function squareOf<Inner extends string>(value: Pattern<Inner>): Pattern<Inner> {
  return oneOf(op("Mul", [value, value]), op("Pow", [value, near(2)])) as Pattern<Inner>;
}

const epsilon = constant("epsilon", (tensor) => sizeOf(tensor.shape) === 1);

/** value / √(mean square + ε), or value times its reciprocal. */
export function normalized<A extends string, B extends string>(
  value: Pattern<A>,
  meanSquare: Pattern<B>,
): Pattern<A | B | "epsilon"> {
  const root = op("Sqrt", [commutative("Add", meanSquare, epsilon)]);
  return oneOf(
    op("Div", [value, root]),
    commutative("Mul", value, op("Reciprocal", [root])),
    commutative("Mul", value, op("Div", [near(1), root])),
  ) as Pattern<A | B | "epsilon">;
}

/** x - mean(x). */
export const centered: Pattern<"x" | "mean" | "centered"> = op("Sub", [x, meanOf(x, "mean")], { name: "centered" });
