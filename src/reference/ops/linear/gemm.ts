import type { Tensor } from "../../../ir/index.ts";
import { floatAttr, intAttr, isFloat } from "../../../ir/index.ts";
import { broadcastIndices, encodeReals, realsOf } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { multiplyMatrices } from "./multiply-matrices.ts";

/** Gemm: alpha A' B' + beta C, where ' transposes if asked and C broadcasts to the product. */
export const gemm: ReferenceOp = {
  domain: "",
  name: "Gemm",
  run: (call) => {
    const a = matrixOf(tensorInput(call, 0), intAttr(call.node, "transA", 0) === 1);
    const b = matrixOf(tensorInput(call, 1), intAttr(call.node, "transB", 0) === 1);
    const c = optionalTensorInput(call, 2);
    const { dtype } = tensorInput(call, 0);
    if (a.columns !== b.rows) throw new RangeError(`Gemm of [${a.rows},${a.columns}] and [${b.rows},${b.columns}]`);
    const out = new Float64Array(a.rows * b.columns);
    multiplyMatrices(a.values, b.values, out, [a.rows, a.columns, b.columns]);
    const [alpha, beta] = [floatAttr(call.node, "alpha", 1), floatAttr(call.node, "beta", 1)];
    const shape = [a.rows, b.columns];
    const [bias, at] = c === undefined ? [] : [realsOf(c), broadcastIndices(c.shape, shape)];
    for (let i = 0; i < out.length; i++) {
      const value = alpha * (out[i] as number) + (bias === undefined ? 0 : beta * (bias[at?.[i] ?? i] as number));
      out[i] = isFloat(dtype) ? value : Math.trunc(value);
    }
    return [encodeReals(dtype, shape, out)];
  },
};

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

function matrixOf(tensor: Tensor, transpose: boolean): Matrix {
  const [rows, columns] = tensor.shape;
  if (rows === undefined || columns === undefined || tensor.shape.length !== 2) {
    throw new RangeError(`Gemm of rank ${tensor.shape.length}`);
  }
  const values = realsOf(tensor);
  if (!transpose) return { rows, columns, values };
  const turned = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j] as number;
  }
  return { rows: columns, columns: rows, values: turned };
}
