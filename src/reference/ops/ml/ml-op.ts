import type { OpCall, ReferenceOp } from "../../types.ts";

/** An operator of ai.onnx.ml. */
export function mlOp(name: string, run: (call: OpCall) => ReturnType<ReferenceOp["run"]>): ReferenceOp {
  return { domain: "ai.onnx.ml", name, run };
}

/** Rows and columns of a matrix, or of a vector taken as one row. */
export function matrixShape(shape: readonly number[]): readonly [rows: number, columns: number] {
  if (shape.length === 1) return [1, shape[0] as number];
  return [shape[0] ?? 1, shape.slice(1).reduce((product, dim) => product * dim, 1)];
}
