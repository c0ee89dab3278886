import type { Node, StaticShape, Tensor, Value } from "../../../src/ir/index.ts";
import { attr, filledTensor, isStatic, numbersOf, sizeOf, tensorFromBytes } from "../../../src/ir/index.ts";
import type { Builder, Match, Refusal, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, constant, op, optional, refuse, rule } from "../../../src/rewrite/index.ts";
import { axesOf, dtypeOf, nonNegativeAxis, rankOf, shapeOf } from "../../support/facts.ts";
import { combineConstants } from "../broadcast.ts";
import { checkSameRank } from "./written-out.ts";
import { centered, meanOf, normalized, squareOf, x } from "./normalization-patterns.ts";

/** The first of the last axes that a mean runs over; a refusal when it runs over others. */
function firstAxis(mean: Node, rank: number | undefined): number | Refusal {
  const axes = axesOf(mean);
  if (axes === undefined || axes === "absent" || axes.length === 0)
    return refuse("the axes of the mean are not known", mean);
  if (axes.length === 1 && axes[0] === -1) return -1;
  if (rank === undefined) return refuse("the rank of the input is not known", mean);
  const sorted = axes.map((axis) => nonNegativeAxis(axis, rank)).sort((a, b) => a - b);
  const first = rank - sorted.length;
  return sorted.every((axis, i) => axis === first + i)
    ? first - rank
    : refuse("the mean is not over the last axes", mean);
}

/** The operators want a scale even where the formula has none. */
const maxScaleElements = 1 << 14;

/** The shape of the axes normalized over. */
function normalizedShape(value: Value, axis: number): StaticShape | undefined {
  const shape = shapeOf(value)?.slice(axis);
  return isStatic(shape) ? shape : undefined;
}

function emit(opType: string, match: Match<"x" | "square" | "epsilon">, axis: number, build: Builder): Value | Refusal {
  const input = match.value("x");
  const shape = normalizedShape(input, axis);
  const dtype = dtypeOf(input);
  if (shape === undefined || dtype === undefined)
    return refuse("the size of the normalized axes is not known", match.root);
  const wider = checkSameRank(input, match.root);
  if (wider !== undefined) return wider;
  if (sizeOf(shape) > maxScaleElements)
    return refuse(`a scale of ${sizeOf(shape)} ones would make the file larger`, match.root);
  const scale = build.constant(
    `${match.root.name === "" ? opType : match.root.name}_scale`,
    filledTensor(dtype, shape, 1),
  );
  return build.op(opType, [input, scale], {
    axis: attr.int(axis),
    epsilon: attr.float(numbersOf(match.tensor("epsilon"))[0] as number),
  });
}

const normalizationOps = ["LayerNormalization", "RMSNormalization"] as const;

/** A constant of the shape normalized over, possibly with leading axes of size 1. */
function asParameter(tensor: Tensor, node: Node): boolean {
  const scale = node.input(1)?.constant;
  if (scale === undefined) return false;
  const shape = [...tensor.shape];
  while (shape.length > scale.shape.length && shape[0] === 1) shape.shift();
  return shape.length === scale.shape.length && shape.every((dim, i) => dim === scale.shape[i]);
}

function parameterRule(
  name: string,
  operator: "Mul" | "Add",
  before: string,
  after: string,
  rewriteOf: (match: Match<"norm" | "c">, build: Builder) => readonly (Value | undefined)[] | undefined,
): Rule {
  return rule({
    name,
    before,
    after,
    preserves: "tolerance",
    pattern: commutative(
      operator,
      op(operator === "Add" ? "LayerNormalization" : normalizationOps, [anyValue(), constant(), optional(constant())], {
        name: "norm",
      }),
      constant("c"),
    ),
    check: (match) =>
      asParameter(match.tensor("c"), match.node("norm")) &&
      match.tensor("c").shape.length <= (rankOf(match.value("norm")) ?? 0)
        ? undefined
        : refuse("the constant has not the shape normalized over", match.root),
    rewrite: (match, build) => {
      const parameters = rewriteOf(match, build);
      if (parameters === undefined) return refuse("the parameters do not combine", match.root);
      const { opType, attributes } = match.node("norm");
      return build.op(opType, [match.node("norm").input(0), ...parameters], attributes);
    },
  });
}

/** Two parameters combined, in the shape and under the name of the first. */
function combined(
  first: Value | undefined,
  second: Value,
  build: Builder,
  combine: (a: number, b: number) => number,
): Value | undefined {
  if (first?.constant === undefined || second.constant === undefined) return undefined;
  const leading = second.constant.shape.length - first.constant.shape.length;
  const flat = leading <= 0 ? second.constant : withoutLeadingAxes(second.constant, leading);
  const result = combineConstants(first.constant, flat, combine);
  return result === undefined ? undefined : build.constant(second.name, result);
}

function withoutLeadingAxes(tensor: Tensor, count: number): Tensor {
  return tensorFromBytes(tensor.dtype, tensor.shape.slice(count), tensor.bytes());
}

/** Layer and RMS normalization written out, as the standard operators; scale and bias join one by one. */
export const normalizationRules: readonly Rule[] = [
  rule({
    name: "layer-norm",
    before: "(x - mean(x)) / Sqrt(mean((x - mean(x))^2) + eps)",
    after: "LayerNormalization(x, 1)",
    preserves: "tolerance",
    minOpset: 17,
    pattern: normalized(centered, meanOf(squareOf(centered), "square")),
    check: (match) => {
      const rank = rankOf(match.value("x"));
      const mean = firstAxis(match.node("mean"), rank);
      const square = firstAxis(match.node("square"), rank);
      if (typeof mean !== "number") return mean;
      if (typeof square !== "number") return square;
      return mean === square ? undefined : refuse("the two means are over different axes", match.root);
    },
    rewrite: (match, build) => {
      const axis = firstAxis(match.node("mean"), rankOf(match.value("x")));
      return typeof axis === "number" ? emit("LayerNormalization", match, axis, build) : axis;
    },
  }),
  rule({
    name: "rms-norm",
    before: "x / Sqrt(mean(x^2) + eps)",
    after: "RMSNormalization(x, 1)",
    preserves: "tolerance",
    minOpset: 23,
    pattern: normalized(x, meanOf(squareOf(x), "square")),
    check: (match) => {
      const axis = firstAxis(match.node("square"), rankOf(match.value("x")));
      return typeof axis === "number" ? undefined : axis;
    },
    rewrite: (match, build) => {
      const axis = firstAxis(match.node("square"), rankOf(match.value("x")));
      return typeof axis === "number" ? emit("RMSNormalization", match, axis, build) : axis;
    },
  }),
  parameterRule(
    "norm-scale",
    "Mul",
    "LayerNormalization(x, s, b) * c",
    "LayerNormalization(x, s*c, b*c)",
    (match, build) => {
      const [, scale, bias] = match.node("norm").inputs;
      const c = match.value("c");
      const newScale = combined(scale, c, build, (a, b) => a * b);
      if (newScale === undefined) return undefined;
      if (bias === undefined) return [newScale];
      const newBias = combined(bias, c, build, (a, b) => a * b);
      return newBias === undefined ? undefined : [newScale, newBias];
    },
  ),
  parameterRule(
    "norm-bias",
    "Add",
    "LayerNormalization(x, s, b) + c",
    "LayerNormalization(x, s, b+c)",
    (match, build) => {
      const [, scale, bias] = match.node("norm").inputs;
      const c = match.value("c");
      if (bias !== undefined) {
        const newBias = combined(bias, c, build, (a, b) => a + b);
        return newBias === undefined ? undefined : [scale, newBias];
      }
      if (scale?.constant === undefined || c.constant === undefined) return undefined;
      const leading = c.constant.shape.length - scale.constant.shape.length;
      return [scale, leading <= 0 ? c : build.constant(c.name, withoutLeadingAxes(c.constant, leading))];
    },
  ),
];
