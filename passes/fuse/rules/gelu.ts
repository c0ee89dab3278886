import { attr } from "../../../src/ir/index.ts";
import type { Pattern, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, oneOf, op, rule } from "../../../src/rewrite/index.ts";
import { checkSameRank, near } from "./written-out.ts";

const x = anyValue("x");

/** x · gate / 2 in the orders that exporters write. */
function halfOf(gate: Pattern<"x">): Pattern<"x"> {
  return oneOf(
    commutative("Mul", commutative("Mul", x, gate), near(0.5)),
    commutative("Mul", commutative("Mul", x, near(0.5)), gate),
    commutative("Mul", op("Div", [x, near(2)]), gate),
    commutative("Mul", x, commutative("Mul", gate, near(0.5))),
    op("Div", [commutative("Mul", x, gate), near(2)]),
  );
}

/** 1 + erf(x/√2) */
const erfGate = commutative(
  "Add",
  op("Erf", [oneOf(op("Div", [x, near(Math.SQRT2)]), commutative("Mul", x, near(Math.SQRT1_2)))]),
  near(1),
);

const square = oneOf(op("Mul", [x, x]), op("Pow", [x, near(2)]));
const cube = oneOf(op("Pow", [x, near(3)]), commutative("Mul", square, x));

/** x + 0.044715·x³, or x·(1 + 0.044715·x²) */
const polynomial = oneOf(
  commutative("Add", x, commutative("Mul", cube, near(0.044715))),
  commutative("Add", x, commutative("Mul", commutative("Mul", x, near(0.044715)), square)),
  commutative("Mul", x, commutative("Add", commutative("Mul", square, near(0.044715)), near(1))),
);

/** 1 + tanh(√(2/π)·(x + 0.044715·x³)), Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016 */
const tanhGate = commutative(
  "Add",
  op("Tanh", [commutative("Mul", polynomial, near(Math.sqrt(2 / Math.PI)))]),
  near(1),
);

/** Gelu written out, exactly or by its tanh approximation, as the standard operator. */
export const geluRules: readonly Rule[] = [
  rule({
    name: "gelu-erf",
    before: "x * (1 + Erf(x / sqrt(2))) / 2",
    after: "Gelu(x)",
    preserves: "tolerance",
    minOpset: 20,
    pattern: halfOf(erfGate),
    check: (match) => checkSameRank(match.value("x"), match.root),
    rewrite: (match, build) => build.op("Gelu", [match.value("x")]),
  }),
  rule({
    name: "gelu-tanh",
    before: "x * (1 + Tanh(sqrt(2/pi) * (x + 0.044715 * x^3))) / 2",
    after: "Gelu(x) with approximate tanh",
    preserves: "tolerance",
    minOpset: 20,
    pattern: halfOf(tanhGate),
    check: (match) => checkSameRank(match.value("x"), match.root),
    rewrite: (match, build) => build.op("Gelu", [match.value("x")], { approximate: attr.string("tanh") }),
  }),
];
