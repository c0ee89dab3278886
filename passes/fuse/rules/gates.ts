import { attr, floatAttr } from "../../../src/ir/index.ts";
import type { Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, oneOf, op, optional, rule } from "../../../src/rewrite/index.ts";
import { clampOf } from "../clamp.ts";
import { checkSameRank, near } from "./written-out.ts";

const x = anyValue("x");

/** clip(t, 0, 6) in any of its forms. */
const relu6 = op(
  ["Clip", "Min", "Relu"],
  [commutative("Add", x, near(3)), optional(anyValue()), optional(anyValue())],
  {
    where: (node) => {
      const clamp = clampOf(node);
      return clamp !== undefined && clamp.low === 0 && clamp.high === 6;
    },
  },
);

const sixth = Math.fround(1 / 6);
const hardSigmoid = op("HardSigmoid", [x], {
  name: "gate",
  where: (node) =>
    Math.abs(floatAttr(node, "alpha", 0.2) - 1 / 6) < 1e-6 && Math.abs(floatAttr(node, "beta", 0.5) - 0.5) < 1e-6,
});

/** Hard and smooth gates written out by exporters, as the standard operators. */
export const gateRules: readonly Rule[] = [
  rule({
    name: "hard-sigmoid",
    before: "Clip(x + 3, 0, 6) / 6",
    after: "HardSigmoid(x) with alpha 1/6, beta 0.5",
    preserves: "tolerance",
    pattern: oneOf(op("Div", [relu6, near(6)]), commutative("Mul", relu6, near(1 / 6))),
    check: (match) => checkSameRank(match.value("x"), match.root),
    rewrite: (match, build) =>
      build.op("HardSigmoid", [match.value("x")], { alpha: attr.float(sixth), beta: attr.float(0.5) }),
  }),
  rule({
    name: "hard-swish",
    before: "x * Clip(x + 3, 0, 6) / 6",
    after: "x * HardSigmoid(x)",
    preserves: "tolerance",
    pattern: oneOf(
      op("Div", [commutative("Mul", x, relu6), near(6)]),
      commutative("Mul", commutative("Mul", x, relu6), near(1 / 6)),
      commutative("Mul", commutative("Mul", x, near(1 / 6)), relu6),
      commutative("Mul", op("Div", [x, near(6)]), relu6),
    ),
    check: (match) => checkSameRank(match.value("x"), match.root),
    rewrite: (match, build) => {
      const input = match.value("x");
      if (build.opset >= 14) return build.op("HardSwish", [input]);
      const gate = build.op("HardSigmoid", [input], { alpha: attr.float(sixth), beta: attr.float(0.5) });
      return build.op("Mul", [input, gate]);
    },
  }),
  rule({
    name: "hard-sigmoid-to-hard-swish",
    before: "x * HardSigmoid(x)",
    after: "HardSwish(x)",
    preserves: "tolerance",
    minOpset: 14,
    pattern: commutative("Mul", x, hardSigmoid),
    rewrite: (match, build) => build.op("HardSwish", [match.value("x")]),
  }),
];

/** x * Sigmoid(x) as one operator: smaller, but not faster everywhere. */
export const swishRule: Rule = rule({
  name: "swish",
  before: "x * Sigmoid(x)",
  after: "Swish(x)",
  preserves: "tolerance",
  minOpset: 24,
  pattern: commutative("Mul", x, op("Sigmoid", [x])),
  rewrite: (match, build) => build.op("Swish", [match.value("x")]),
});
