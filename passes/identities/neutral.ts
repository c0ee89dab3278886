import type { Node, Value } from "../../src/ir/index.ts";
import { isFloat, sameShape } from "../../src/ir/index.ts";
import type { LocalRule } from "../support/local-rules.ts";
import { dtypeOf, shapeOf, uniformOf } from "../support/facts.ts";
import { identityRule } from "./rule.ts";

/** The other operand, when `index` is a constant of which `neutral` holds for every element and which widens nothing. */
function otherOperand(node: Node, index: 0 | 1, neutral: (value: number) => boolean): Value | undefined {
  const constant = node.input(index);
  const other = node.input(1 - index);
  const value = uniformOf(constant);
  if (value === undefined || !neutral(value)) return undefined;
  return sameShape(shapeOf(other), shapeOf(node.outputs[0])) ? other : undefined;
}

function eitherOperand(node: Node, neutral: (value: number) => boolean): Value | undefined {
  return otherOperand(node, 1, neutral) ?? otherOperand(node, 0, neutral);
}

/** x + (-0.0) is x for every x; x + 0.0 turns -0.0 into 0.0, so that for floats only the former keeps all bits. */
function isNeutralSummand(node: Node): (value: number) => boolean {
  const dtype = dtypeOf(node.outputs[0]);
  return dtype !== undefined && isFloat(dtype) ? (value) => Object.is(value, -0) : (value) => value === 0;
}

/** Operations with their neutral element that keep every bit. */
export const neutralRules: readonly LocalRule[] = [
  identityRule("multiply-one", ["Mul"], (node) => eitherOperand(node, (value) => value === 1)),
  identityRule("divide-by-one", ["Div"], (node) => otherOperand(node, 1, (value) => value === 1)),
  identityRule("power-one", ["Pow"], (node) => otherOperand(node, 1, (value) => value === 1)),
  identityRule("subtract-zero", ["Sub"], (node) => otherOperand(node, 1, (value) => Object.is(value, 0))),
  identityRule("add-zero", ["Add"], (node) => eitherOperand(node, isNeutralSummand(node))),
  identityRule("and-true", ["And"], (node) => eitherOperand(node, (value) => value === 1)),
  identityRule("or-false", ["Or"], (node) => eitherOperand(node, (value) => value === 0)),
];

/** x + 0.0: equal in value, but -0.0 becomes 0.0 in the original. */
export const positiveZeroRule: LocalRule = identityRule("add-positive-zero", ["Add", "Sub"], (node) =>
  node.opType === "Add" ? eitherOperand(node, (value) => value === 0) : otherOperand(node, 1, (value) => value === 0),
);
