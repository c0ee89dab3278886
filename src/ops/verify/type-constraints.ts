import type { Value } from "../../ir/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import type { FormalParameter, OpSchema } from "../types.ts";
import type { OperatorCall, OpVerifierRule } from "./rule.ts";
import { opsDiagnostics } from "../../diagnostics/codes/ops.ts";
import { parameterAt } from "../schema.ts";
import { typeNameOf } from "../type-names.ts";

/** The first break of the schema's type constraints among the actual values, as parameter and reason. */
function fault(
  schema: OpSchema,
  actual: readonly (Value | undefined)[],
  formal: readonly FormalParameter[],
  bound: Map<string, string>,
): { readonly parameter: string; readonly detail: string } | undefined {
  for (let index = 0; index < actual.length; index++) {
    const value = actual[index];
    const parameter = parameterAt(formal, index);
    if (parameter === undefined || value?.type === undefined || value.type.kind === "opaque") continue;
    const name = typeNameOf(value.type);
    const allowed = schema.typeConstraints[parameter.type] ?? [parameter.type];
    if (!allowed.includes(name)) return { parameter: parameter.name, detail: `has type ${name}, which is not allowed` };
    if (!parameter.homogeneous) continue;
    const other = bound.get(parameter.type);
    if (other !== undefined && other !== name)
      return { parameter: parameter.name, detail: `has type ${name}, but ${parameter.type} is ${other}` };
    bound.set(parameter.type, name);
  }
  return undefined;
}

/** Known types of inputs and outputs are among the allowed ones, and equal type variables stand for equal types. */
export const typeConstraints: OpVerifierRule = {
  name: "type-constraints",
  check(calls: readonly OperatorCall[]): readonly Diagnostic[] {
    const problems: Diagnostic[] = [];
    for (const { node, schema, where } of calls) {
      if (schema === undefined) continue;
      const bound = new Map<string, string>();
      const found =
        fault(schema, node.inputs, schema.inputs, bound) ?? fault(schema, node.outputs, schema.outputs, bound);
      if (found !== undefined) problems.push(opsDiagnostics.typeConstraint({ op: node.opType, ...found }, where()));
    }
    return problems;
  },
};
