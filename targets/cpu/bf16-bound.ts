/** Half a unit in the last place of bfloat16, of 8 bits, in shares of a number. */
const narrowUnit = 2 ** -8;

/** The same of float32, of 24 bits. */
const singleUnit = 2 ** -24;

/**
 * How far a sum of `terms` products of rounded factors, added up in float32, may be off, in shares of the sum of the
 * sizes of its products: 2u + u² + n·v with u = 2^-8, v = 2^-24 (Blanchard, Higham, Lopez, Mary and Pranesh, Mixed
 * precision block fused multiply-add, SIAM J. Sci. Comput. 42(3), 2020, theorem 3.2).
 */
export function bf16Bound(terms: number): number {
  return 2 * narrowUnit + narrowUnit ** 2 + terms * singleUnit;
}
