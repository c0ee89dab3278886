import type { Dim, DType, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intAttr, printDim } from "../../ir/index.ts";
import { broadcast, broadcastDim, dtypeOf, expectRank, reject, shapeOf, typed, types } from "./rules.ts";

/** numpy matmul: [.., M, K] x [.., K, N]; a vector counts as a row on the left and a column on the right. */
function matmulShape(context: InferContext, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.length === 0 || b.length === 0) reject(context, "an operand is a scalar");
  const [k, l] = [a.at(-1), b.length === 1 ? b[0] : b.at(-2)];
  if (typeof k === "number" && typeof l === "number" && k !== l)
    reject(context, `inner dimensions do not agree: ${printShape(a)} x ${printShape(b)}`);
  const batch = broadcast(context, [a.slice(0, -2), b.slice(0, -2)]);
  if (batch === undefined) return undefined;
  return [...batch, ...(a.length === 1 ? [] : [a.at(-2)]), ...(b.length === 1 ? [] : [b.at(-1)])];
}

function printShape(shape: Shape): string {
  return `[${shape.map(printDim).join(", ")}]`;
}

function inferMatMul(context: InferContext): InferResult {
  const dtype = dtypeOf(context, 0) ?? dtypeOf(context, 1);
  const other = dtypeOf(context, 1) ?? dtype;
  if (dtype !== other) reject(context, `inputs have different element types: ${dtype} and ${other}`);
  return types(typed(dtype, matmulShape(context, shapeOf(context, 0), shapeOf(context, 1))));
}

function inferMatMulInteger(context: InferContext): InferResult {
  return types(typed("int32", matmulShape(context, shapeOf(context, 0), shapeOf(context, 1))));
}

/** QLinearMatMul: the operands are inputs 0 and 3; the type is that of the output's zero point (input 7). */
function inferQLinearMatMul(context: InferContext): InferResult {
  const dtype: DType | undefined = dtypeOf(context, 7) ?? dtypeOf(context, 0);
  return types(typed(dtype, matmulShape(context, shapeOf(context, 0), shapeOf(context, 3))));
}

/** Gemm: [M, N] from A [M, K] and B [K, N], each optionally transposed; C broadcasts to it. */
function inferGemm(context: InferContext): InferResult {
  expectRank(context, 0, 2);
  expectRank(context, 1, 2);
  const side = (index: number, transposed: string): readonly [Dim, Dim] => {
    const [rows, columns] = shapeOf(context, index) ?? [undefined, undefined];
    return intAttr(context, transposed, 0) === 0 ? [rows, columns] : [columns, rows];
  };
  const [m, k] = side(0, "transA");
  const [l, n] = side(1, "transB");
  if (typeof k === "number" && typeof l === "number" && k !== l)
    reject(context, `inner dimensions do not agree: ${k} and ${l}`);
  const c = shapeOf(context, 2);
  if (c !== undefined && context.opset >= 7) {
    if (c.length > 2) reject(context, `C has rank ${c.length}, more than 2`);
    c.forEach((dim, i) => checkFits(context, dim, i - c.length + 2 === 0 ? m : n));
  }
  return types(typed(dtypeOf(context, 0) ?? dtypeOf(context, 1), [m, n]));
}

/** C broadcasts to the product, not the product to C. */
function checkFits(context: InferContext, dim: Dim, target: Dim): void {
  broadcastDim(context, dim, target);
  if (target === 1 && typeof dim === "number" && dim !== 1)
    reject(context, `C has dimension ${dim} where the product has 1`);
}

/** Det: the last two axes go. */
function inferDet(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape !== undefined && shape.length < 2) reject(context, `rank ${shape.length} holds no matrices`);
  return types(typed(dtypeOf(context, 0), shape?.slice(0, -2)));
}

/** Matrix products. */
export const matmulInference: readonly OpInference[] = [
  { names: ["MatMul"], infer: inferMatMul },
  { names: ["MatMulInteger"], infer: inferMatMulInteger },
  { names: ["QLinearMatMul"], infer: inferQLinearMatMul },
  { names: ["Gemm"], infer: inferGemm },
  { names: ["Det"], infer: inferDet },
];
