import type { Node, Tensor } from "../../src/ir/index.ts";
import { byteLengthOf, isFloat, isTensor } from "../../src/ir/index.ts";
import { traitsOf } from "../../src/ops/index.ts";
import { evaluateNode } from "../../src/reference/index.ts";
import { constantOf, countOf, dtypeOf } from "../support/facts.ts";

/** Operands beyond this are left to the runtime: the interpreter is exact, not fast. */
const lightBytes = 1 << 28;
/** The same for operators that work more than once on each element (MatMul, Conv, Resize, ...). */
const heavyBytes = 1 << 20;

function operandBytes(node: Node): number {
  let bytes = 0;
  for (const input of node.inputs) bytes += constantOf(input)?.byteLength ?? 0;
  for (const output of node.outputs) {
    const dtype = dtypeOf(output);
    if (dtype !== undefined) bytes += byteLengthOf(dtype, countOf(output) ?? 0);
  }
  return bytes;
}

/** A quantized constant must stay visible as such: its DequantizeLinear belongs to the operator that reads it. */
function dequantizes(node: Node): boolean {
  const dtype = dtypeOf(node.outputs[0]);
  return traitsOf(node.domain, node.opType).quantized === true && (dtype === undefined || isFloat(dtype));
}

/** True when every input is a constant and the outputs may be computed now. */
export function isFoldable(node: Node): boolean {
  const traits = traitsOf(node.domain, node.opType);
  if (traits.pure !== true || node.inputs.length === 0 || dequantizes(node)) return false;
  for (const input of node.inputs) if (input !== undefined && constantOf(input) === undefined) return false;
  for (const attribute of node.attributes.values()) if (attribute.kind === "reference") return false;
  const isLight = traits.elementwise !== undefined || traits.movesData === true || traits.shapeInputs !== undefined;
  return operandBytes(node) <= (isLight ? lightBytes : heavyBytes);
}

/** The bytes of the outputs as far as their types tell; 0 for what is unknown. */
export function expectedBytes(node: Node): number {
  let bytes = 0;
  for (const output of node.outputs) {
    const dtype = dtypeOf(output);
    if (output !== undefined && output.uses.size > 0 && dtype !== undefined)
      bytes += byteLengthOf(dtype, countOf(output) ?? 0);
  }
  return bytes;
}

/** The outputs of a foldable node; undefined when the interpreter cannot compute them or one is no tensor. */
export function evaluate(node: Node, opset: number): readonly (Tensor | undefined)[] | undefined {
  const results = evaluateNode(node, opset, node.inputs.map(constantOf));
  if (results === undefined) return undefined;
  const tensors: (Tensor | undefined)[] = [];
  for (const result of results) {
    if (result !== undefined && !isTensor(result)) return undefined;
    tensors.push(result);
  }
  return tensors;
}
