import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Det: determinants of the square matrices in the last two dimensions. */
export const det: ReferenceOp = {
  domain: "",
  name: "Det",
  run: (call) => {
    const x = tensorInput(call, 0);
    const n = x.shape.at(-1) ?? 0;
    if (x.shape.length < 2 || x.shape.at(-2) !== n) throw new RangeError(`Det of [${x.shape.join(",")}]`);
    const values = realsOf(x);
    const lead = x.shape.slice(0, -2);
    const count = lead.reduce((product, dim) => product * dim, 1);
    const out = Float64Array.from({ length: count }, (_, i) =>
      determinant(values.subarray(i * n * n, (i + 1) * n * n), n),
    );
    return [encodeReals(x.dtype, lead, out)];
  },
};

/** Gaussian elimination with partial pivoting; overwrites the matrix. */
function determinant(m: Float64Array, n: number): number {
  let result = 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(m[row * n + column] as number) > Math.abs(m[pivot * n + column] as number)) pivot = row;
    }
    const diagonal = m[pivot * n + column] as number;
    if (diagonal === 0) return 0;
    if (pivot !== column) {
      result = -result;
      for (let k = 0; k < n; k++) {
        const held = m[column * n + k] as number;
        m[column * n + k] = m[pivot * n + k] as number;
        m[pivot * n + k] = held;
      }
    }
    result *= diagonal;
    for (let row = column + 1; row < n; row++) {
      const factor = (m[row * n + column] as number) / diagonal;
      for (let k = column; k < n; k++)
        m[row * n + k] = (m[row * n + k] as number) - factor * (m[column * n + k] as number);
    }
  }
  return result;
}
