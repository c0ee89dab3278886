import type { ModelFunction, Node, RuntimeValue } from "../ir/index.ts";
import { InferOptError } from "../diagnostics/index.ts";
import { traitsOf } from "../ops/traits.ts";
import { createInterpreter } from "./interpreter.ts";
import { referenceOp } from "./ops/index.ts";

const noFunctions: ReadonlyMap<string, ModelFunction> = new Map();

/**
 * The outputs of one node with constant inputs, for folding. Undefined when the interpreter does not know the operator,
 * when it is not pure (draws random numbers, runs subgraphs), or when it cannot be computed from these inputs.
 */
export function evaluateNode(
  node: Node,
  opset: number,
  inputs: readonly (RuntimeValue | undefined)[],
): readonly (RuntimeValue | undefined)[] | undefined {
  if (traitsOf(node.domain, node.opType).pure !== true || referenceOp(node.domain, node.opType) === undefined)
    return undefined;
  const interpreter = createInterpreter({ functions: noFunctions, random: () => 0 });
  try {
    return interpreter.runNode(node, new Map([[node.domain, opset]]), inputs);
  } catch (error) {
    if (error instanceof InferOptError) return undefined;
    throw error;
  }
}
