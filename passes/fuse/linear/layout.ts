import type { Node, Tensor } from "../../../src/ir/index.ts";
import { intAttr, sizeOf } from "../../../src/ir/index.ts";

/**
 * Where the channels of a weight tensor lie. The weight is seen as [d0, d1, rest]; `outputOf` and `inputOf` give the
 * channel of the operator's output and input that element (i0, i1, *) connects.
 */
export interface WeightLayout {
  readonly d0: number;
  readonly d1: number;
  readonly rest: number;
  readonly outputs: number;
  readonly inputs: number;
  outputOf(i0: number, i1: number): number;
  inputOf(i0: number, i1: number): number;
}

type LayoutOf = (node: Node, shape: readonly number[]) => WeightLayout | undefined;

/** Conv: W [M, C/group, k…] (ONNX Conv). */
const conv: LayoutOf = (node, shape) => {
  const [outputs, perGroup] = shape;
  const group = intAttr(node, "group", 1);
  if (outputs === undefined || perGroup === undefined || shape.length < 3 || outputs % group !== 0) return undefined;
  const outputsPerGroup = outputs / group;
  return {
    d0: outputs,
    d1: perGroup,
    rest: sizeOf(shape.slice(2)),
    outputs,
    inputs: perGroup * group,
    outputOf: (i0) => i0,
    inputOf: (i0, i1) => Math.floor(i0 / outputsPerGroup) * perGroup + i1,
  };
};

/** ConvTranspose: W [C, M/group, k…]. */
const convTranspose: LayoutOf = (node, shape) => {
  const [inputs, perGroup] = shape;
  const group = intAttr(node, "group", 1);
  if (inputs === undefined || perGroup === undefined || shape.length < 3 || inputs % group !== 0) return undefined;
  const inputsPerGroup = inputs / group;
  return {
    d0: inputs,
    d1: perGroup,
    rest: sizeOf(shape.slice(2)),
    outputs: perGroup * group,
    inputs,
    outputOf: (i0, i1) => Math.floor(i0 / inputsPerGroup) * perGroup + i1,
    inputOf: (i0) => i0,
  };
};

/** Gemm: B [K, N], or [N, K] under transB. */
const gemm: LayoutOf = (node, shape) => {
  const [d0, d1] = shape;
  if (d0 === undefined || d1 === undefined || shape.length !== 2) return undefined;
  return intAttr(node, "transB", 0) === 0
    ? { d0, d1, rest: 1, outputs: d1, inputs: d0, outputOf: (_, i1) => i1, inputOf: (i0) => i0 }
    : { d0, d1, rest: 1, outputs: d0, inputs: d1, outputOf: (i0) => i0, inputOf: (_, i1) => i1 };
};

/** MatMul: B […, K, N], the leading axes being a batch. */
const matMul: LayoutOf = (_node, shape) => {
  const inputs = shape.at(-2);
  const outputs = shape.at(-1);
  if (inputs === undefined || outputs === undefined) return undefined;
  const d0 = sizeOf(shape.slice(0, -1));
  return { d0, d1: outputs, rest: 1, outputs, inputs, outputOf: (_, i1) => i1, inputOf: (i0) => i0 % inputs };
};

const layouts: Readonly<Record<string, LayoutOf>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Gemm: gemm,
  MatMul: matMul,
};

/** The operators that are linear in their first input, with weights as the second. */
export const linearOps: readonly string[] = Object.keys(layouts);

/** The layout of a linear operator's weight; undefined when its rank or group does not fit the operator. */
export function layoutOf(node: Node, weight: Tensor): WeightLayout | undefined {
  return layouts[node.opType]?.(node, weight.shape);
}
