import type { ValueType } from "../../ir/index.ts";
import type { OpSchema } from "../types.ts";
import { tensorType } from "../../ir/index.ts";
import { dtypeOfTypeName } from "../type-names.ts";
import { parameterAt } from "../schema.ts";

/**
 * What the schema alone tells of a node's outputs: the element type, where it is fixed or bound by an input's type
 * variable, with unknown shape.
 */
export function typesFromSchema(
  schema: OpSchema | undefined,
  inputs: readonly (ValueType | undefined)[],
  outputCount: number,
): readonly (ValueType | undefined)[] {
  if (schema === undefined) return new Array<undefined>(outputCount).fill(undefined);
  const bound = new Map<string, ValueType>();
  inputs.forEach((type, index) => {
    const parameter = parameterAt(schema.inputs, index);
    if (type !== undefined && parameter?.homogeneous === true && !bound.has(parameter.type))
      bound.set(parameter.type, type);
  });
  return Array.from({ length: outputCount }, (_, index) => {
    const parameter = parameterAt(schema.outputs, index);
    if (parameter === undefined || !parameter.homogeneous) return undefined;
    const allowed = schema.typeConstraints[parameter.type];
    const only = allowed === undefined ? parameter.type : allowed.length === 1 ? allowed[0] : undefined;
    const dtype = only === undefined ? undefined : dtypeOfTypeName(only);
    if (dtype !== undefined) return tensorType(dtype);
    const type = bound.get(parameter.type);
    return type?.kind === "tensor" ? tensorType(type.dtype) : undefined;
  });
}
