import type { Shape } from "../../src/ir/index.ts";
import { floatAttr, intAttr, int64Tensor, numbersOf, tensorFromElements } from "../../src/ir/index.ts";
import type { Tensor } from "../../src/ir/index.ts";
import type { Match, Refusal } from "../../src/rewrite/index.ts";
import { anyValue, commutative, constant, op, optional, refuse, rule } from "../../src/rewrite/index.ts";
import { reshapeTarget } from "../reshape/target.ts";
import { constantOf, rankOf, shapeOf } from "../support/facts.ts";
import { alternative } from "./alternative.ts";

const isMatrix = ({ dtype, shape }: Tensor): boolean => dtype === "float32" && shape.length === 2;
const isVector = ({ dtype, shape }: Tensor): boolean => dtype === "float32" && shape.length === 1;

/** The rows of a product as one matrix, and back: the target of the Reshape to [...leading, columns]. */
function targetOf(product: Shape | undefined): readonly number[] | undefined {
  return product === undefined ? undefined : reshapeTarget([1], product);
}

function checkProduct(match: Match<"x" | "w" | "c" | "product">): Refusal | undefined {
  const { root } = match;
  if ((rankOf(match.value("x")) ?? 0) < 3) return refuse("its first operand is a matrix, or of unknown rank", root);
  if (match.tensor("c").shape[0] !== match.tensor("w").shape[1])
    return refuse("what is added is not one number for each column", root);
  return targetOf(shapeOf(match.value("product"))) === undefined
    ? refuse("more than one of its dimensions is not known", root)
    : undefined;
}

/** Sums behind products of more than two dimensions, as the bias of a Gemm. */
export const gemmOfRows = alternative({
  name: "gemm-of-rows",
  summary: "Gemm between two Reshapes for MatMul + Add on more than two dimensions",
  rules: [
    rule({
      name: "matmul-add-of-rows",
      before: "MatMul(x, W) + c, x of more than two dimensions",
      after: "Reshape(Gemm(Reshape(x), W, c))",
      preserves: "tolerance",
      minOpset: 11, // Gemm's C is optional since 11.
      pattern: commutative(
        "Add",
        op("MatMul", [anyValue("x"), constant("w", isMatrix)], { name: "product" }),
        constant("c", isVector),
      ),
      check: checkProduct,
      rewrite: (match, build) => {
        const target = targetOf(shapeOf(match.value("product")));
        if (target === undefined) return refuse("more than one of its dimensions is not known", match.root);
        const [w, hint] = [match.value("w"), match.value("w").name];
        const [inputs = 0] = match.tensor("w").shape;
        const rows = build.constant(`${hint}_rows`, int64Tensor([-1, inputs]));
        const flat = build.op("Reshape", [match.value("x"), rows]);
        const product = build.op("Gemm", [flat, w, match.value("c")]);
        return build.op("Reshape", [product, build.constant(`${hint}_shape`, int64Tensor([...target]))]);
      },
    }),
  ],
});

/** A matrix with rows and columns exchanged. */
function transposed(matrix: Tensor): Tensor {
  const [rows = 0, columns = 0] = matrix.shape;
  const from = numbersOf(matrix);
  const to = Float32Array.from(
    { length: from.length },
    (_, i) => from[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
  return tensorFromElements("float32", [columns, rows], to);
}

/** Gemm with constant weights as the bare product, and the bias added behind it. */
export const productsOfMatrices = alternative({
  name: "products-of-matrices",
  summary: "MatMul + Add for Gemm with constant weights",
  rules: [
    rule({
      name: "gemm",
      before: "Gemm(x, W, c)",
      after: "MatMul(x, W) + c",
      preserves: "tolerance",
      pattern: op("Gemm", [anyValue("x"), constant("w", isMatrix), optional(anyValue("c"))]),
      check: ({ root, maybe }) => {
        const isPlain = floatAttr(root, "alpha", 1) === 1 && floatAttr(root, "beta", 1) === 1;
        if (!isPlain || intAttr(root, "transA", 0) !== 0) return refuse("it scales or transposes its operands", root);
        const c = maybe("c");
        const { dtype, shape } = constantOf(c) ?? {};
        if (c !== undefined && (dtype !== "float32" || shape?.length !== 1))
          return refuse("what is added is no constant with one number for each column", root);
        return undefined;
      },
      rewrite: (match, build) => {
        const w = match.value("w");
        const isTransposed = intAttr(match.root, "transB", 0) === 1;
        const weights = isTransposed ? build.constant(w.name, transposed(match.tensor("w"))) : w;
        const product = build.op("MatMul", [match.value("x"), weights]);
        const c = match.maybe("c");
        return c === undefined ? product : build.op("Add", [product, c]);
      },
    }),
  ],
});
