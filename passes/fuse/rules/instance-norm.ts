import type { Node, Tensor, Value } from "../../../src/ir/index.ts";
import { attr, filledTensor, numbersOf } from "../../../src/ir/index.ts";
import type { Match, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, constant, op, refuse, rule } from "../../../src/rewrite/index.ts";
import { axesOf, dtypeOf, nonNegativeAxis, rankOf, shapeOf } from "../../support/facts.ts";
import { channelValues } from "../linear/channel-values.ts";
import { roundTo } from "../linear/weights.ts";
import { checkSameRank } from "./written-out.ts";
import { centered, meanOf, normalized, squareOf } from "./normalization-patterns.ts";

/** True when the mean runs over all axes after batch and channels of an image. */
function isOverImage(mean: Node, rank: number | undefined): boolean {
  const axes = axesOf(mean);
  if (rank === undefined || rank < 4 || axes === undefined || axes === "absent") return false;
  const wanted = new Set(axes.map((axis) => nonNegativeAxis(axis, rank)));
  return wanted.size === rank - 2 && !wanted.has(0) && !wanted.has(1);
}

function parameterRule(
  name: string,
  operator: "Mul" | "Add",
  before: string,
  after: string,
  combine: (parameter: "scale" | "bias", old: number, c: number) => number,
): Rule {
  const newParameter = (match: Match<"scale" | "bias" | "c">, which: "scale" | "bias"): Tensor | undefined => {
    const old = match.tensor(which);
    const rank = rankOf(match.root.output) ?? 0;
    const values = channelValues(match.tensor("c"), old.shape[0] as number, rank - 2, rank);
    if (values === undefined) return undefined;
    const numbers = numbersOf(old);
    return roundTo(
      old.dtype,
      old.shape,
      values.map((c, i) => combine(which, numbers[i] as number, c)),
    );
  };
  return rule({
    name,
    before,
    after,
    preserves: "tolerance",
    pattern: commutative(
      operator,
      op("InstanceNormalization", [anyValue("x"), constant("scale"), constant("bias")], { name: "norm" }),
      constant("c"),
    ),
    rewrite: (match, build) => {
      const scale = newParameter(match, "scale");
      const bias = newParameter(match, "bias");
      if (scale === undefined || bias === undefined)
        return refuse("the constant is not one number for each channel", match.root);
      const inputs = [
        match.value("x"),
        build.constant(match.value("scale").name, scale),
        build.constant(match.value("bias").name, bias),
      ];
      return build.op("InstanceNormalization", inputs, match.node("norm").attributes);
    },
  });
}

/** Instance normalization written out, as the standard operator; scale and bias of the channels join one by one. */
export const instanceNormRules: readonly Rule[] = [
  rule({
    name: "instance-norm",
    before: "(x - mean(x)) / Sqrt(mean((x - mean(x))^2) + eps) over the image",
    after: "InstanceNormalization(x, 1, 0)",
    preserves: "tolerance",
    pattern: normalized(centered, meanOf(squareOf(centered), "square")),
    check: (match) => {
      const rank = rankOf(match.value("x"));
      return isOverImage(match.node("mean"), rank) && isOverImage(match.node("square"), rank)
        ? checkSameRank(match.value("x"), match.root)
        : refuse("the means are not over the image", match.root);
    },
    rewrite: (match, build) => {
      const input = match.value("x");
      const channels = shapeOf(input)?.[1];
      const dtype = dtypeOf(input);
      if (typeof channels !== "number" || dtype === undefined)
        return refuse("the number of channels is not known", match.root);
      const parameter = (suffix: string, value: number): Value =>
        build.constant(
          `${match.root.name === "" ? "InstanceNormalization" : match.root.name}_${suffix}`,
          filledTensor(dtype, [channels], value),
        );
      return build.op("InstanceNormalization", [input, parameter("scale", 1), parameter("bias", 0)], {
        epsilon: attr.float(numbersOf(match.tensor("epsilon"))[0] as number),
      });
    },
  }),
  parameterRule(
    "instance-norm-scale",
    "Mul",
    "InstanceNormalization(x, s, b) * c",
    "InstanceNormalization(x, s*c, b*c)",
    (_, old, c) => old * c,
  ),
  parameterRule(
    "instance-norm-bias",
    "Add",
    "InstanceNormalization(x, s, b) + c",
    "InstanceNormalization(x, s, b+c)",
    (which, old, c) => (which === "bias" ? old + c : old),
  ),
];
