import type { Tensor, Value } from "../../../src/ir/index.ts";
import { dtypes, numbersOf, tensorFromNumbers } from "../../../src/ir/index.ts";
import type { Builder, Pattern, Refusal, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, commutative, constant, op, refuse, rule } from "../../../src/rewrite/index.ts";
import { combineConstants } from "../broadcast.ts";

/** Constants of floating-point types; chains of integers are shape computations and fold by themselves. */
const isFloating = (tensor: Tensor): boolean =>
  dtypes[tensor.dtype].kind === "float" && dtypes[tensor.dtype].bits >= 16;

const x = anyValue("x");
const c = constant("c", isFloating);
const d = constant("d", isFloating);

const times = commutative("Mul", x, c);
const over = op("Div", [x, c]);
const plus = commutative("Add", x, c);
const minus = op("Sub", [x, c]);

function chain(
  name: string,
  before: string,
  after: string,
  pattern: Pattern<"x" | "c" | "d">,
  combine: (c: number, d: number) => number,
  emit: (x: Value, merged: Value, build: Builder) => Value,
): Rule {
  return rule({
    name,
    before,
    after,
    preserves: "tolerance",
    pattern,
    rewrite: (match, build): Value | Refusal => {
      const merged = combineConstants(match.tensor("c"), match.tensor("d"), combine);
      if (merged === undefined) return refuse("the merged constant would be larger, or is not finite", match.root);
      return emit(match.value("x"), build.constant(match.value("c").name, merged), build);
    },
  });
}

const multiply = (value: Value, merged: Value, build: Builder): Value => build.op("Mul", [value, merged]);
const add = (value: Value, merged: Value, build: Builder): Value => build.op("Add", [value, merged]);
const subtractFrom = (value: Value, merged: Value, build: Builder): Value => build.op("Sub", [merged, value]);

/** Several constants one after the other become one. */
export const constantChainRules: readonly Rule[] = [
  chain("mul-mul", "(x * c) * d", "x * (c*d)", commutative("Mul", times, d), (p, q) => p * q, multiply),
  chain("div-mul", "(x / c) * d", "x * (d/c)", commutative("Mul", over, d), (p, q) => q / p, multiply),
  chain("mul-div", "(x * c) / d", "x * (c/d)", op("Div", [times, d]), (p, q) => p / q, multiply),
  chain("div-div", "(x / c) / d", "x * (1/(c*d))", op("Div", [over, d]), (p, q) => 1 / (p * q), multiply),
  chain("add-add", "(x + c) + d", "x + (c+d)", commutative("Add", plus, d), (p, q) => p + q, add),
  chain("sub-add", "(x - c) + d", "x + (d-c)", commutative("Add", minus, d), (p, q) => q - p, add),
  chain("add-sub", "(x + c) - d", "x + (c-d)", op("Sub", [plus, d]), (p, q) => p - q, add),
  chain("sub-sub", "(x - c) - d", "x + (-c-d)", op("Sub", [minus, d]), (p, q) => -p - q, add),
  chain("add-from", "d - (x + c)", "(d-c) - x", op("Sub", [d, plus]), (p, q) => q - p, subtractFrom),
  chain("sub-from", "d - (x - c)", "(d+c) - x", op("Sub", [d, minus]), (p, q) => q + p, subtractFrom),
  rule({
    name: "neg-mul",
    before: "Neg(x) * c",
    after: "x * (-c)",
    preserves: "bits",
    pattern: commutative("Mul", op("Neg", [x]), c),
    rewrite: (match, build) => multiply(match.value("x"), negated(match.value("c"), match.tensor("c"), build), build),
  }),
  rule({
    name: "mul-neg",
    before: "Neg(x * c)",
    after: "x * (-c)",
    preserves: "bits",
    pattern: op("Neg", [times]),
    rewrite: (match, build) => multiply(match.value("x"), negated(match.value("c"), match.tensor("c"), build), build),
  }),
];

function negated(value: Value, tensor: Tensor, build: Builder): Value {
  const numbers = Float64Array.from(numbersOf(tensor), (number) => -number);
  return build.constant(value.name, tensorFromNumbers(tensor.dtype, tensor.shape, numbers));
}
