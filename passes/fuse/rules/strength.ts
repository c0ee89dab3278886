import type { Node, Tensor, Value } from "../../../src/ir/index.ts";
import { dtypes, intAttr, intsAttr, isStatic, numbersOf, stringAttr } from "../../../src/ir/index.ts";
import { traitsOf } from "../../../src/ops/index.ts";
import type { Builder, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, constant, op, optional, refuse, rule } from "../../../src/rewrite/index.ts";
import { axesOf, nonNegativeAxis, rankOf, shapeOf } from "../../support/facts.ts";
import { roundTo } from "../linear/weights.ts";
import { checkSameRank, near } from "./written-out.ts";

const x = anyValue("x");

function isFloating(tensor: Tensor): boolean {
  return dtypes[tensor.dtype].kind === "float" && dtypes[tensor.dtype].bits >= 16;
}

function hasFloats(value: Value): boolean {
  return value.type?.kind === "tensor" && dtypes[value.type.dtype].kind === "float";
}

/** True for ±2^n: then the reciprocal is exact, and so is every product with it that is no subnormal number. */
function isPowerOfTwo(value: number): boolean {
  const exponent = Math.round(Math.log2(Math.abs(value)));
  return Number.isFinite(value) && 2 ** exponent === Math.abs(value);
}

function reciprocal(tensor: Tensor): Tensor | undefined {
  return roundTo(
    tensor.dtype,
    tensor.shape,
    Float64Array.from(numbersOf(tensor), (value) => 1 / value),
  );
}

/**
 * Forms by which onnxruntime itself recognizes Gelu (Div before Erf), attention (Div of a product of two computed
 * matrices) and, before opset 17, layer normalization (Pow before the mean); rewritten, they would be missed.
 */
function isLandmark(root: Node, base: Value): boolean {
  const readers = [...root.output.uses].map((use) => (use.kind === "node" ? use.node.opType : ""));
  if (root.opType === "Pow") return readers.includes("ReduceMean");
  const product = base.producer?.opType === "MatMul" ? base.producer : undefined;
  return readers.includes("Erf") || product?.inputs.every((input) => input?.isConstant === false) === true;
}

const landmarkReason = "onnxruntime recognizes a larger pattern by it";

function divideByConstant(name: string, preserves: "bits" | "tolerance", accepts: (tensor: Tensor) => boolean): Rule {
  return rule({
    name,
    before: preserves === "bits" ? "x / c, c a power of two" : "x / c",
    after: "x * (1/c)",
    preserves,
    pattern: op("Div", [x, constant("c", (tensor) => isFloating(tensor) && accepts(tensor))]),
    check: (match) => (isLandmark(match.root, match.value("x")) ? refuse(landmarkReason, match.root) : undefined),
    rewrite: (match, build) => {
      const inverse = reciprocal(match.tensor("c"));
      if (inverse === undefined) return refuse("the reciprocal of the constant is not finite", match.root);
      return build.op("Mul", [match.value("x"), build.constant(match.value("c").name, inverse)]);
    },
  });
}

function powerRule(name: string, exponent: number, after: string, emit: (x: Value, build: Builder) => Value): Rule {
  return rule({
    name,
    before: `Pow(x, ${exponent})`,
    after,
    preserves: "tolerance",
    pattern: op("Pow", [x, near(exponent, 0)]),
    check: (match) => {
      if (!hasFloats(match.value("x"))) return refuse("the base is no floating-point number", match.root);
      if (isLandmark(match.root, match.value("x"))) return refuse(landmarkReason, match.root);
      return checkSameRank(match.value("x"), match.root);
    },
    rewrite: (match, build) => emit(match.value("x"), build),
  });
}

/** All axes after batch and channels. */
function isSpatial(node: Node): boolean {
  const rank = rankOf(node.input(0));
  const axes = axesOf(node);
  if (rank === undefined || rank < 3 || axes === undefined || axes === "absent") return false;
  const wanted = new Set(axes.map((axis) => nonNegativeAxis(axis, rank)));
  return wanted.size === rank - 2 && !wanted.has(0) && !wanted.has(1);
}

/** True when the value is a convolution's output, perhaps with elementwise operators in between. */
function comesFromConv(value: Value, steps = 3): boolean {
  const { producer } = value;
  if (producer === undefined || producer.domain !== "" || steps === 0) return false;
  if (producer.opType === "Conv") return true;
  if (traitsOf("", producer.opType).elementwise === undefined) return false;
  return producer.inputs.some((input) => input !== undefined && comesFromConv(input, steps - 1));
}

function coversImage(node: Node): boolean {
  const shape = shapeOf(node.input(0))?.slice(2);
  const kernel = intsAttr(node, "kernel_shape", []);
  if (!isStatic(shape) || shape.length === 0 || shape.length !== kernel.length) return false;
  return (
    kernel.every((size, i) => size === shape[i]) &&
    intsAttr(node, "pads", []).every((pad) => pad === 0) &&
    intsAttr(node, "dilations", []).every((dilation) => dilation === 1) &&
    ["NOTSET", "VALID"].includes(stringAttr(node, "auto_pad", "NOTSET"))
  );
}

/** Dear operators as cheap ones. */
export const strengthRules: readonly Rule[] = [
  divideByConstant("div-power-of-two", "bits", (tensor) => Array.from(numbersOf(tensor)).every(isPowerOfTwo)),
  divideByConstant("div-constant", "tolerance", () => true),
  powerRule("pow-2", 2, "x * x", (value, build) => build.op("Mul", [value, value])),
  powerRule("pow-half", 0.5, "Sqrt(x)", (value, build) => build.op("Sqrt", [value])),
  powerRule("pow-1", 1, "x", (value) => value),
  powerRule("pow-minus-1", -1, "Reciprocal(x)", (value, build) => build.op("Reciprocal", [value])),
  rule({
    name: "mean-to-global-pool",
    before: "ReduceMean(Conv(…), spatial axes)",
    after: "GlobalAveragePool(Conv(…))",
    preserves: "tolerance",
    // Behind a convolution the pool stays in onnxruntime's blocked layout (10-13 % less time for both); alone the mean is faster.
    pattern: op("ReduceMean", [x, optional(anyValue())], {
      where: (node) => intAttr(node, "keepdims", 1) === 1 && isSpatial(node),
    }),
    check: (match) => {
      if (!hasFloats(match.value("x"))) return refuse("GlobalAveragePool wants floating-point numbers", match.root);
      return comesFromConv(match.value("x")) ? undefined : refuse("no convolution stands before it", match.root);
    },
    rewrite: (match, build) => build.op("GlobalAveragePool", [match.value("x")]),
  }),
  rule({
    name: "whole-average-pool",
    before: "AveragePool(x) with one window",
    after: "GlobalAveragePool(x)",
    preserves: "tolerance",
    pattern: op("AveragePool", [x], { where: coversImage }),
    rewrite: (match, build) => build.op("GlobalAveragePool", [match.value("x")]),
  }),
  rule({
    name: "whole-max-pool",
    before: "MaxPool(x) with one window",
    after: "GlobalMaxPool(x)",
    preserves: "bits",
    pattern: op("MaxPool", [x], { where: coversImage }),
    check: (match) =>
      hasFloats(match.value("x")) ? undefined : refuse("GlobalMaxPool wants floating-point numbers", match.root),
    rewrite: (match, build) => build.op("GlobalMaxPool", [match.value("x")]),
  }),
];
