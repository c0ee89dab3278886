import type { Attribute, Node, Value } from "../../../src/ir/index.ts";
import { attr, dtypes, floatAttr, intAttr, intsAttr, sameDim } from "../../../src/ir/index.ts";
import type { Match, Refusal, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, op, optional, refuse, rule } from "../../../src/rewrite/index.ts";
import { dtypeOf, rankOf, shapeOf, uniformOf } from "../../support/facts.ts";

/** Element types for which Gemm is as good as MatMul everywhere. */
function isGemmType(value: Value): boolean {
  const dtype = dtypeOf(value);
  return dtype !== undefined && dtypes[dtype].kind === "float" && dtypes[dtype].bits >= 16;
}

/** Gemm takes a C that is broadcast to [M, N] but never widens the product. */
function checkAddend(addend: Value, product: Value, root: Node): Refusal | undefined {
  const from = shapeOf(addend);
  const to = shapeOf(product);
  if (from === undefined || to === undefined || from.length > 2)
    return refuse("the addend's rank is not known to be 2 or less", root);
  const fits = from.every((dim, i) => dim === 1 || sameDim(dim, to[i + to.length - from.length]));
  return fits ? undefined : refuse("the addend is not known to be broadcast to the product", root);
}

const a = anyValue("a");
const b = anyValue("b");
const c = anyValue("c");

const matrixTranspose = op("Transpose", [anyValue("inner")], {
  where: (node) => {
    const perm = intsAttr(node, "perm");
    return rankOf(node.input(0)) === 2 && (perm === undefined || (perm[0] === 1 && perm[1] === 0));
  },
});

function checkMatrices(match: Match<"a" | "b">, product: Value): Refusal | undefined {
  if (rankOf(match.value("a")) !== 2 || rankOf(match.value("b")) !== 2)
    return refuse("Gemm wants two matrices", match.root);
  return isGemmType(product) ? undefined : refuse("Gemm wants floating-point operands", match.root);
}

/** Gemm's attributes with one transposition flipped. */
function flipped(node: Node, name: "transA" | "transB"): ReadonlyMap<string, Attribute> {
  const attributes = new Map(node.attributes);
  const flag = 1 - Math.min(1, intAttr(node, name, 0));
  attributes.delete(name);
  if (flag === 1) attributes.set(name, attr.int(1));
  return attributes;
}

/** Products of matrices with what is added to them, and transposed operands. */
export const gemmRules: readonly Rule[] = [
  rule({
    name: "matmul-add",
    before: "MatMul(a, b) + c, matrices",
    after: "Gemm(a, b, c)",
    preserves: "tolerance",
    pattern: commutative(["Add", "Sum"], op("MatMul", [a, b], { name: "product" }), c),
    check: (match) =>
      checkMatrices(match, match.value("product")) ?? checkAddend(match.value("c"), match.value("product"), match.root),
    rewrite: (match, build) => build.op("Gemm", [match.value("a"), match.value("b"), match.value("c")]),
  }),
  rule({
    name: "gemm-add",
    before: "Gemm(a, b) + c",
    after: "Gemm(a, b, c)",
    preserves: "tolerance",
    pattern: commutative(["Add", "Sum"], op("Gemm", [a, b], { name: "product" }), c),
    check: (match) => checkAddend(match.value("c"), match.value("product"), match.root),
    rewrite: (match, build) => {
      const attributes = new Map(match.node("product").attributes);
      attributes.delete("beta");
      return build.op("Gemm", [match.value("a"), match.value("b"), match.value("c")], attributes);
    },
  }),
  rule({
    name: "gemm-transposed-a",
    before: "Gemm(Transpose(a), b, c)",
    after: "Gemm(a, b, c) with transA flipped",
    preserves: "tolerance",
    pattern: op("Gemm", [matrixTranspose, b, optional(c)]),
    rewrite: (match, build) =>
      build.op("Gemm", [match.value("inner"), match.value("b"), match.maybe("c")], flipped(match.root, "transA")),
  }),
  rule({
    name: "gemm-transposed-b",
    before: "Gemm(a, Transpose(b), c)",
    after: "Gemm(a, b, c) with transB flipped",
    preserves: "tolerance",
    pattern: op("Gemm", [a, matrixTranspose, optional(c)]),
    rewrite: (match, build) =>
      build.op("Gemm", [match.value("a"), match.value("inner"), match.maybe("c")], flipped(match.root, "transB")),
  }),
  rule({
    name: "matmul-transposed-a",
    before: "MatMul(Transpose(a), b), matrices",
    after: "Gemm(a, b) with transA",
    preserves: "tolerance",
    minOpset: 11, // Gemm's C is optional since 11.
    pattern: op("MatMul", [matrixTranspose, b]),
    check: (match) => checkProduct(match.value("b"), match.root),
    rewrite: (match, build) => build.op("Gemm", [match.value("inner"), match.value("b")], { transA: attr.int(1) }),
  }),
  rule({
    name: "matmul-transposed-b",
    before: "MatMul(a, Transpose(b)), matrices",
    after: "Gemm(a, b) with transB",
    preserves: "tolerance",
    minOpset: 11,
    pattern: op("MatMul", [a, matrixTranspose]),
    check: (match) => checkProduct(match.value("a"), match.root),
    rewrite: (match, build) => build.op("Gemm", [match.value("a"), match.value("inner")], { transB: attr.int(1) }),
  }),
  rule({
    name: "gemm-scale",
    before: "Gemm(a, b) * s, s a scalar constant",
    after: "Gemm(a, b) with alpha",
    preserves: "tolerance",
    pattern: commutative("Mul", op("Gemm", [a, b], { name: "product" }), anyValue("s")),
    check: (match) =>
      scalarOf(match.value("s")) === undefined ? refuse("the factor is no scalar constant", match.root) : undefined,
    rewrite: (match, build) => {
      const product = match.node("product");
      const attributes = new Map(product.attributes);
      attributes.delete("beta");
      attributes.set("alpha", attr.float(floatAttr(product, "alpha", 1) * (scalarOf(match.value("s")) ?? 1)));
      return build.op("Gemm", [match.value("a"), match.value("b")], attributes);
    },
  }),
];

function checkProduct(other: Value, root: Node): Refusal | undefined {
  if (rankOf(other) !== 2) return refuse("Gemm wants two matrices", root);
  return isGemmType(other) ? undefined : refuse("Gemm wants floating-point operands", root);
}

function scalarOf(value: Value): number | undefined {
  return value.isConstant && (rankOf(value) ?? 3) <= 2 ? uniformOf(value, 1) : undefined;
}
