import type { Model } from "../../ir/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import type { OpVerifierRule } from "./rule.ts";
import { arity } from "./arity.ts";
import { attributes } from "./attributes.ts";
import { knownOperator } from "./known-operator.ts";
import { operatorCalls } from "./rule.ts";
import { typeConstraints } from "./type-constraints.ts";

export type { OpVerifierRule } from "./rule.ts";

/** The typed verifier rules, in the order in which their findings are reported. */
export const opVerifierRules: readonly OpVerifierRule[] = [knownOperator, arity, attributes, typeConstraints];

/** Checks every operator call of the model, in subgraphs and function bodies too; linear in its size. */
export function verifyOperators(
  model: Model,
  rules: readonly OpVerifierRule[] = opVerifierRules,
): readonly Diagnostic[] {
  const calls = [...operatorCalls(model)];
  return rules.flatMap((rule) => rule.check(calls));
}
