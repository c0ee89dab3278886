import type { Diagnostic } from "../../diagnostics/index.ts";
import type { OperatorCall, OpVerifierRule } from "./rule.ts";
import { opsDiagnostics } from "../../diagnostics/codes/ops.ts";

/** Required attributes are there, every attribute is known and has the kind the specification says. */
export const attributes: OpVerifierRule = {
  name: "attributes",
  check(calls: readonly OperatorCall[]): readonly Diagnostic[] {
    const problems: Diagnostic[] = [];
    for (const { node, opset, schema, where } of calls) {
      if (schema === undefined) continue;
      const op = node.opType;
      for (const [name, { required }] of Object.entries(schema.attributes))
        if (required && !node.attributes.has(name))
          problems.push(opsDiagnostics.attribute({ op, detail: `required attribute "${name}" is absent` }, where()));
      for (const [name, { kind }] of node.attributes) {
        const spec = Object.hasOwn(schema.attributes, name) ? schema.attributes[name] : undefined;
        if (spec === undefined) problems.push(opsDiagnostics.unknownAttribute({ op, name, opset }, where()));
        else if (kind !== spec.kind && kind !== "reference")
          problems.push(
            opsDiagnostics.attribute(
              { op, detail: `attribute "${name}" is of kind ${kind}, not ${spec.kind}` },
              where(),
            ),
          );
      }
    }
    return problems;
  },
};
