import type { Tensor, Value } from "../../../src/ir/index.ts";
import type { Pattern, Refusal, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, constant, op, optional, refuse, rule } from "../../../src/rewrite/index.ts";
import { rankOf } from "../../support/facts.ts";
import { batchNormAffine } from "../linear/batch-norm.ts";
import { channelValues } from "../linear/channel-values.ts";
import type { Affine } from "../linear/fold-affine.ts";
import { foldBefore, hasChannels, isScalarLike } from "../linear/fold-affine.ts";
import { linearOps } from "../linear/layout.ts";
import type { LinearOp } from "../linear/linear-op.ts";

const x = anyValue("x");
const factor = constant("c");

/** A linear operator with constant weights whose first input is the given pattern. */
function linearOf<Inner extends string>(opTypes: readonly string[], input: Pattern<Inner>): Pattern<Inner | "linear"> {
  return op(opTypes, [input, constant(), optional(anyValue())], { name: "linear" }) as Pattern<Inner | "linear">;
}

/** Sees the constant beside the input of a linear operator as one number for each input channel. */
function perChannel(tensor: Tensor, value: Value, linear: LinearOp): Float64Array | Refusal {
  const { layout, inputFromEnd, node } = linear;
  const rank = rankOf(value);
  if (rank === undefined) return refuse("the rank of the input is not known", node);
  if (!hasChannels(value, layout.inputs, inputFromEnd) && !isScalarLike(tensor.shape))
    return refuse("the constant may widen the input", node);
  return (
    channelValues(tensor, layout.inputs, inputFromEnd, rank) ??
    refuse(`the constant of shape [${tensor.shape.join(",")}] is not one number for each input channel`, node)
  );
}

/**
 * Gelu written out ends with a product with 0.5, layer normalization with scale and bias behind a quotient; without
 * these last constants onnxruntime does not recognize them. Before opsets 20 and 17 they cannot be written otherwise.
 */
function endsFormula(x: Value): boolean {
  return x.producer?.domain === "" && (x.producer.opType === "Mul" || x.producer.opType === "Div");
}

function constantRule(
  name: string,
  before: string,
  pattern: Pattern<"linear" | "x" | "c">,
  affineOf: (values: Float64Array) => Affine,
): Rule {
  return rule({
    name,
    before,
    after: "linear'(x)",
    preserves: "tolerance",
    pattern,
    check: (match) =>
      endsFormula(match.value("x"))
        ? refuse("onnxruntime may recognize Gelu or layer normalization by it", match.root)
        : undefined,
    rewrite: (match, build) =>
      foldBefore(
        match.node("linear"),
        match.value("x"),
        (linear) => {
          const values = perChannel(match.tensor("c"), match.value("x"), linear);
          return values instanceof Float64Array ? affineOf(values) : values;
        },
        build,
      ),
  });
}

/** A shift reaches MatMul's output as a bias, which makes it a Gemm: worth it, since the operator before goes away. */
const biased = linearOps.filter((opType) => opType !== "ConvTranspose");

/**
 * What stands before a linear operator with constant weights and is affine for each input channel goes into its weight
 * and bias; a shift only where no padding is read, since padding is not shifted.
 */
export const affineBeforeLinearRules: readonly Rule[] = [
  rule({
    name: "batchnorm-linear",
    before: "linear(BatchNormalization(x))",
    after: "linear'(x)",
    preserves: "tolerance",
    pattern: linearOf(
      biased,
      op("BatchNormalization", [x, anyValue(), anyValue(), anyValue(), anyValue()], { name: "norm" }),
    ),
    rewrite: (match, build) =>
      foldBefore(
        match.node("linear"),
        match.value("x"),
        ({ layout, inputFromEnd, node }) =>
          // BatchNormalization's channels are axis 1.
          rankOf(match.value("x")) === inputFromEnd + 2
            ? batchNormAffine(match.node("norm"), layout.inputs)
            : refuse("BatchNormalization is over another axis than the input channels", node),
        build,
      ),
  }),
  constantRule("mul-linear", "linear(x * c)", linearOf(linearOps, commutative("Mul", x, factor)), (scale) => ({
    scale,
  })),
  constantRule("div-linear", "linear(x / c)", linearOf(linearOps, op("Div", [x, factor])), (values) => ({
    scale: values.map((value) => 1 / value),
  })),
  constantRule("add-linear", "linear(x + c)", linearOf(biased, commutative("Add", x, factor)), (shift) => ({ shift })),
  constantRule("sub-linear-input", "linear(x - c)", linearOf(biased, op("Sub", [x, factor])), (values) => ({
    shift: values.map((value) => -value),
  })),
];
