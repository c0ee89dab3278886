import type { Node } from "../../../src/ir/index.ts";
import { floatAttr, intAttr } from "../../../src/ir/index.ts";
import { isPlain } from "./float-function.ts";
import type { FloatBinaryOp, IntegerOp, IntegerTensor, NormalizationOp } from "./integer-graph.ts";
import type { Merge, Surroundings } from "./fuse-float.ts";
import type { MatchContext } from "./match-context.ts";

/** A LayerNormalization over the last dimension. */
export function matchNormalization(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const [input, gamma, beta] = node.inputs;
  if (input === undefined || input.isConstant || gamma === undefined || node.outputs.length > 1) return undefined;
  const x = context.tensor(input, undefined);
  if (x === undefined) return undefined;
  const rank = x.shape.length;
  const axis = intAttr(node, "axis", -1);
  if (axis !== -1 && axis !== rank - 1) return undefined;
  for (const value of [gamma, ...(beta === undefined ? [] : [beta])]) {
    const constant = value.isConstant ? value.constant : undefined;
    if (constant?.dtype !== "float32" || constant.shape.length !== 1) return undefined;
    if (constant.shape[0] !== x.shape[rank - 1]) return undefined;
  }
  const epsilon = floatAttr(node, "epsilon", 1e-5);
  return {
    ...{ kind: "normalization", name: node.name, nodes: [node], x, residual: undefined, y, gamma, beta, epsilon },
  };
}

/** The sum of two tensors in front of a normalization is computed with it. */
export function sumBefore(op: NormalizationOp, around: Surroundings): Merge | undefined {
  const sum = around.producer(op.x);
  if (op.residual !== undefined || sum?.kind !== "float-binary" || !around.hasOneReader(op.x)) return undefined;
  if (!isPlainSum(sum) || "constant" in sum.b || sum.a.shape.join() !== sum.b.shape.join()) return undefined;
  const nodes = [...sum.nodes, ...op.nodes];
  return { gone: sum, merged: { ...op, nodes, x: sum.a, residual: sum.b } };
}

function isPlainSum({ mode, fn }: FloatBinaryOp): boolean {
  return mode === "add" && isPlain(fn);
}
