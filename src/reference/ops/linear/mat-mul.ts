import type { Tensor } from "../../../ir/index.ts";
import { bigintArrayOf, domainOf, encodeBigints, encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import type { ProductFrame } from "./batched-product.ts";
import { multiplyStacks, productFrame } from "./batched-product.ts";

/** MatMul: numpy's matmul. */
export const matMul: ReferenceOp = {
  domain: "",
  name: "MatMul",
  run: (call) => {
    const [a, b] = [tensorInput(call, 0), tensorInput(call, 1)];
    const frame = productFrame(a.shape, b.shape);
    if (domainOf(a.dtype) === "bigint" || a.dtype === "int32" || a.dtype === "uint32")
      return [multiplyExactly(a, b, frame)];
    return [encodeReals(a.dtype, frame.shape, multiplyStacks(realsOf(a), realsOf(b), frame))];
  },
};

/** Products of 32- and 64-bit integers do not fit a double: they are formed as bigints and wrapped. */
function multiplyExactly(a: Tensor, b: Tensor, { m, k, n, shape, left, right }: ProductFrame): Tensor {
  const [x, y] = [bigintArrayOf(a), bigintArrayOf(b)];
  const out = new Array<bigint>(left.length * m * n);
  for (let i = 0; i < out.length; i++) {
    const s = Math.floor(i / (m * n));
    const row = (left[s] as number) * m * k + (Math.floor(i / n) % m) * k;
    const column = (right[s] as number) * k * n + (i % n);
    let total = 0n;
    for (let p = 0; p < k; p++) total += (x[row + p] as bigint) * (y[column + p * n] as bigint);
    out[i] = total;
  }
  return encodeBigints(a.dtype, shape, out);
}
