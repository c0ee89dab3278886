/** Where the operands of one matrix product lie in their arrays, in elements. */
export interface MatrixOffsets {
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

/**
 * out[m,n] += a[m,k] b[k,n], all row-major. Rows of b are walked in the inner loop, so that each access is sequential;
 * sums run in double precision in the order of k.
 */
export function multiplyMatrices(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  [m, k, n]: readonly [number, number, number],
  at: MatrixOffsets = { a: 0, b: 0, out: 0 },
): void {
  for (let i = 0; i < m; i++) {
    const row = at.out + i * n;
    for (let p = 0; p < k; p++) {
      const factor = a[at.a + i * k + p] as number;
      const line = at.b + p * n;
      for (let j = 0; j < n; j++) out[row + j] = (out[row + j] as number) + factor * (b[line + j] as number);
    }
  }
}
