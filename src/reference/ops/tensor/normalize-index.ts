/** An index in [-length, length) as one in [0, length); RangeError outside. */
export function normalizeIndex(index: number, length: number): number {
  const normal = index < 0 ? index + length : index;
  if (normal < 0 || normal >= length) throw new RangeError(`index ${index} is outside a dimension of ${length}`);
  return normal;
}
