import type { StaticShape } from "../../../ir/index.ts";
import { sizeOf } from "../../../ir/index.ts";
import { broadcastIndices, broadcastShapes } from "../../numeric.ts";
import { multiplyMatrices } from "./multiply-matrices.ts";

/** The frame of numpy's matmul: broadcast stacks of matrices, with vectors taken as a row (left) or a column (right). */
export interface ProductFrame {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Shape of the result. */
  readonly shape: readonly number[];
  /** For each matrix of the result, which matrix of the operand it takes. */
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
}

/** Works out the frame; RangeError when the shapes do not fit. */
export function productFrame(a: StaticShape, b: StaticShape): ProductFrame {
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  const [m, k] = left.slice(-2) as [number, number];
  const [inner, n] = right.slice(-2) as [number, number];
  if (left.length < 2 || right.length < 2 || k !== inner) {
    throw new RangeError(`[${a.join(",")}] times [${b.join(",")}]`);
  }
  const stack = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  const identity = Int32Array.from({ length: sizeOf(stack) }, (_, i) => i);
  return {
    m,
    k,
    n,
    shape: [...stack, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [n])],
    left: broadcastIndices(left.slice(0, -2), stack) ?? identity,
    right: broadcastIndices(right.slice(0, -2), stack) ?? identity,
  };
}

/** The product of two stacks of matrices in double precision. */
export function multiplyStacks(a: Float64Array, b: Float64Array, frame: ProductFrame): Float64Array {
  const { m, k, n, left, right } = frame;
  const out = new Float64Array(left.length * m * n);
  for (let s = 0; s < left.length; s++) {
    const at = { a: (left[s] as number) * m * k, b: (right[s] as number) * k * n, out: s * m * n };
    multiplyMatrices(a, b, out, [m, k, n], at);
  }
  return out;
}
