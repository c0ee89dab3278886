import type { Node } from "../../../ir/index.ts";
import type { UnaryRule } from "../../numeric.ts";
import { mapElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** An operator that applies one function to every element of its only input and keeps the type. */
export function unary(name: string, rule: UnaryRule | ((node: Node) => UnaryRule)): ReferenceOp {
  return {
    domain: "",
    name,
    run: (call) => [mapElements(tensorInput(call, 0), typeof rule === "function" ? rule(call.node) : rule)],
  };
}
