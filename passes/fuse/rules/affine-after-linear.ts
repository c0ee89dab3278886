import type { Node, Tensor } from "../../../src/ir/index.ts";
import type { Pattern, Refusal, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, constant, op, refuse, rule } from "../../../src/rewrite/index.ts";
import { batchNormAffine } from "../linear/batch-norm.ts";
import { channelValues } from "../linear/channel-values.ts";
import type { Affine } from "../linear/fold-affine.ts";
import { foldAfter } from "../linear/fold-affine.ts";
import { linearOps } from "../linear/layout.ts";
import type { LinearOp } from "../linear/linear-op.ts";

const linear = op(linearOps, [anyValue(), anyValue()], { name: "linear", moreInputs: true });
const factor = constant("c");

/** Sees the constant beside a linear operator as one number for each output channel. */
function perChannel(tensor: Tensor, { layout, outputFromEnd, outputRank, node }: LinearOp): Float64Array | Refusal {
  return (
    channelValues(tensor, layout.outputs, outputFromEnd, outputRank) ??
    refuse(`the constant of shape [${tensor.shape.join(",")}] is not one number for each output channel`, node)
  );
}

function constantRule(
  name: string,
  before: string,
  pattern: Pattern<"linear" | "c">,
  affineOf: (values: Float64Array) => Affine,
): Rule {
  return rule({
    name,
    before,
    after: "linear'(x)",
    preserves: "tolerance",
    pattern,
    rewrite: (match, build) =>
      foldAfter(
        match.node("linear"),
        (found) => {
          const values = perChannel(match.tensor("c"), found);
          return values instanceof Float64Array ? affineOf(values) : values;
        },
        build,
      ),
  });
}

const addable = op(
  linearOps.filter((opType) => opType !== "MatMul"),
  [anyValue(), anyValue()],
  { name: "linear", moreInputs: true },
);

/**
 * What follows a linear operator (Conv, ConvTranspose, Gemm, MatMul with constant weights) and is affine for each output
 * channel goes into its weight and bias. MatMul + Add has rules of its own (matmul-add).
 */
export const affineAfterLinearRules: readonly Rule[] = [
  rule({
    name: "linear-batchnorm",
    before: "BatchNormalization(linear(x))",
    after: "linear'(x)",
    preserves: "tolerance",
    pattern: op("BatchNormalization", [linear, anyValue(), anyValue(), anyValue(), anyValue()], { name: "norm" }),
    rewrite: (match, build) =>
      foldAfter(match.node("linear"), (found) => batchNormOf(match.node("norm"), found), build),
  }),
  constantRule("linear-mul", "linear(x) * c", commutative("Mul", linear, factor), (scale) => ({ scale })),
  constantRule("linear-div", "linear(x) / c", op("Div", [linear, factor]), (values) => ({
    scale: values.map((value) => 1 / value),
  })),
  constantRule("linear-add", "linear(x) + c", commutative(["Add", "Sum"], addable, factor), (shift) => ({ shift })),
  constantRule("linear-sub", "linear(x) - c", op("Sub", [addable, factor]), (values) => ({
    shift: values.map((value) => -value),
  })),
  constantRule("sub-linear", "c - linear(x)", op("Sub", [factor, addable]), (shift) => ({
    scale: shift.map(() => -1),
    shift,
  })),
  rule({
    name: "linear-neg",
    before: "Neg(linear(x))",
    after: "linear'(x)",
    preserves: "bits",
    pattern: op("Neg", [linear]),
    rewrite: (match, build) =>
      foldAfter(match.node("linear"), ({ layout }) => ({ scale: new Float64Array(layout.outputs).fill(-1) }), build),
  }),
];

function batchNormOf(node: Node, { layout, outputFromEnd, outputRank }: LinearOp): Affine | Refusal {
  // BatchNormalization's channels are axis 1; those of a MatMul's output the last.
  if (outputRank - 1 - outputFromEnd !== 1)
    return refuse("BatchNormalization is over another axis than the output channels", node);
  return batchNormAffine(node, layout.outputs);
}
