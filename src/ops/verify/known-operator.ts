import type { Diagnostic } from "../../diagnostics/index.ts";
import type { OperatorCall, OpVerifierRule } from "./rule.ts";
import { opsDiagnostics } from "../../diagnostics/codes/ops.ts";
import { schemasOf } from "../schema.ts";

/**
 * Operators of known domains exist in the version imported and are not deprecated there. Operators that no version
 * knows pass: they are experimental or a runtime's own.
 */
export const knownOperator: OpVerifierRule = {
  name: "known-operator",
  check(calls: readonly OperatorCall[]): readonly Diagnostic[] {
    const problems: Diagnostic[] = [];
    for (const { node, opset, schema, where } of calls) {
      const op = node.opType;
      const since = schemasOf(node.domain, op)[0]?.since;
      if (schema === undefined && since !== undefined)
        problems.push(opsDiagnostics.unknownVersion({ op, opset, since }, where()));
      if (schema?.deprecated === true)
        problems.push(opsDiagnostics.deprecated({ op, opset, since: schema.since }, where()));
    }
    return problems;
  },
};
