import type { Value } from "../../ir/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import type { FormalParameter } from "../types.ts";
import type { OperatorCall, OpVerifierRule } from "./rule.ts";
import { opsDiagnostics } from "../../diagnostics/codes/ops.ts";

/** What is wrong with the actual inputs or outputs; undefined when nothing is. */
function fault(
  what: "input" | "output",
  actual: readonly (Value | undefined)[],
  formal: readonly FormalParameter[],
  least: number,
  most: number,
): string | undefined {
  let count = actual.length;
  while (count > 0 && actual[count - 1] === undefined) count--;
  if (count > most) return `${count} ${what}s given, at most ${most} taken`;
  if (actual.length < least) return `${actual.length} ${what}s given, at least ${least} needed`;
  if (what === "output") return undefined;
  for (let index = 0; index < least; index++)
    if (formal[index]?.option === "single" && actual[index] === undefined)
      return `required input "${formal[index]?.name ?? ""}" is absent`;
  return undefined;
}

/** The number of inputs and outputs lies within the operator's bounds, and required inputs are wired. */
export const arity: OpVerifierRule = {
  name: "arity",
  check(calls: readonly OperatorCall[]): readonly Diagnostic[] {
    const problems: Diagnostic[] = [];
    for (const { node, schema, where } of calls) {
      if (schema === undefined) continue;
      const detail =
        fault("input", node.inputs, schema.inputs, schema.minInputs, schema.maxInputs) ??
        fault("output", node.outputs, schema.outputs, schema.minOutputs, schema.maxOutputs);
      if (detail !== undefined) problems.push(opsDiagnostics.arity({ op: node.opType, detail }, where()));
    }
    return problems;
  },
};
