import type { Dim, Value } from "../../../src/ir/index.ts";
import { sameDim, sizeOf } from "../../../src/ir/index.ts";
import type { IntegerOp, IntegerTensor } from "./integer-graph.ts";
import { inputsOf } from "./integer-graph.ts";
import { LoweringRefusal } from "./refusal.ts";

/**
 * Throws {@link LoweringRefusal} where an op on whole tensors is not the same op on each of their samples, which is what a
 * program computes. `valueOf` tells which value a tensor is a sample of.
 */
export function refuseMixedSamples(
  ops: readonly IntegerOp[],
  valueOf: (tensor: IntegerTensor) => Value | undefined,
): void {
  const batchOf = (tensor: IntegerTensor): Dim => {
    const type = valueOf(tensor)?.type;
    return type?.kind === "tensor" ? type.shape?.[0] : undefined;
  };
  for (const op of ops) {
    const reason = op.kind === "view" ? viewObjection(op) : operandObjection(op, batchOf);
    if (reason !== undefined) throw new LoweringRefusal(op, reason);
  }
}

function viewObjection({ x, y }: Extract<IntegerOp, { readonly kind: "view" }>): string | undefined {
  return sizeOf(x.shape) === sizeOf(y.shape) ? undefined : "elements that change the sample they are of";
}

function operandObjection(op: IntegerOp, batchOf: (tensor: IntegerTensor) => Dim): string | undefined {
  const [first, ...others] = inputsOf(op);
  if (first === undefined) return undefined;
  const aligned = op.kind === "binary" || op.kind === "float-binary";
  for (const other of others) {
    // Dimensions are aligned at the end: the leading one of fewer is not the batch.
    if (aligned && other.shape.length !== first.shape.length) return "operands of different ranks";
    if (areDifferent(batchOf(first), batchOf(other))) return "operands of different batches";
  }
  return undefined;
}

/** Whether one is a number that the other need not be. Two symbols may stand for the same. */
function areDifferent(a: Dim, b: Dim): boolean {
  return a !== undefined && b !== undefined && !sameDim(a, b) && (typeof a === "number" || typeof b === "number");
}
