import type { Node, Tensor, Value } from "../../src/ir/index.ts";
import { byteLengthOf, dtypes, isFloat, isTensor } from "../../src/ir/index.ts";
import { traitsOf } from "../../src/ops/index.ts";
import type { Evaluate } from "./load-evaluate.ts";
import { constantOf, countOf, dtypeOf } from "../support/facts.ts";

/** Operands beyond this are left to the runtime: the interpreter is exact, not fast. */
const lightBytes = 1 << 28;
/** The same for operators that work more than once on each element (MatMul, Conv, Resize, ...). */
const heavyBytes = 1 << 20;

/** The bytes of a value as far as its type tells; 0 where it does not. */
export function expectedBytes(value: Value | undefined): number {
  const dtype = dtypeOf(value);
  return dtype === undefined ? 0 : byteLengthOf(dtype, countOf(value) ?? 0);
}

function operandBytes(node: Node): number {
  let bytes = 0;
  for (const input of node.inputs) bytes += constantOf(input)?.byteLength ?? expectedBytes(input);
  for (const output of node.outputs) bytes += expectedBytes(output);
  return bytes;
}

/** A quantized constant must stay visible as such: its DequantizeLinear belongs to the operator that reads it. */
function dequantizes(node: Node): boolean {
  const dtype = dtypeOf(node.outputs[0]);
  return traitsOf(node.domain, node.opType).quantized === true && (dtype === undefined || isFloat(dtype));
}

/** Operators whose float results IEEE 754 fixes to the bit, or that only select. */
const exactOperators: ReadonlySet<string> = new Set([
  ...["Add", "Sub", "Mul", "Div", "Neg", "Abs", "Sqrt", "Reciprocal", "Relu", "Clip", "Min", "Max", "Where", "Sign"],
  ...["Floor", "Ceil", "Round", "Cast", "CastLike", "Constant", "ConstantOfShape", "Pad", "EyeLike", "OneHot", "Trilu"],
  ...["ReduceMax", "ReduceMin", "ScatterElements", "ScatterND", "TopK", "Unique", "BitCast"],
]);

/** True when every runtime must get the same bits; sums, powers and transcendental functions round as they are written. */
export function isExact(node: Node): boolean {
  if (exactOperators.has(node.opType) || traitsOf(node.domain, node.opType).movesData === true) return true;
  return node.outputs.every((output) => {
    const dtype = dtypeOf(output);
    return output === undefined || (dtype !== undefined && !isFloat(dtype) && dtypes[dtype].kind !== "complex");
  });
}

/** True when the node may be computed now, given constants for its inputs, and replaced by its result. */
export function mayEvaluate(node: Node): boolean {
  const traits = traitsOf(node.domain, node.opType);
  if (traits.pure !== true || dequantizes(node)) return false;
  for (const attribute of node.attributes.values()) if (attribute.kind === "reference") return false;
  if (node.outputs.some((output) => output?.isOutput === true)) return false;
  const isLight = traits.elementwise !== undefined || traits.movesData === true || traits.shapeInputs !== undefined;
  return operandBytes(node) <= (isLight ? lightBytes : heavyBytes);
}

/**
 * Evaluates nodes that constants decide, in topological order. Undefined when the interpreter cannot compute one of them
 * or a result is no tensor.
 */
export function evaluateAll(
  nodes: readonly Node[],
  opsetOf: (domain: string) => number,
  evaluate: Evaluate,
): ReadonlyMap<Value, Tensor> | undefined {
  const known = new Map<Value, Tensor>();
  for (const node of nodes) {
    const inputs = node.inputs.map((input) =>
      input === undefined ? undefined : (constantOf(input) ?? known.get(input)),
    );
    const results = evaluate(node, opsetOf(node.domain), inputs);
    if (results === undefined) return undefined;
    for (const [i, output] of node.outputs.entries()) {
      const result = results[i];
      if (output === undefined || result === undefined) continue;
      if (!isTensor(result)) return undefined;
      known.set(output, result);
    }
  }
  return known;
}
