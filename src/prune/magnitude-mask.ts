/**
 * Sets the floor(sparsity·n) values of smallest magnitude to zero, in place; of equal magnitudes the first go first.
 * Returns how many were not zero before.
 */
export function zeroSmallest(values: Float64Array, sparsity: number): number {
  const count = Math.floor(sparsity * values.length + 1e-9);
  if (count === 0) return 0;
  const threshold = values.map(Math.abs).sort()[count - 1] as number;
  let left = count;
  for (const value of values) if (Math.abs(value) < threshold) left--;
  let changed = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] as number);
    if (magnitude > threshold || Number.isNaN(magnitude)) continue;
    if (magnitude === threshold && left-- <= 0) continue;
    if (magnitude === 0) continue;
    values[i] = 0;
    changed++;
  }
  return changed;
}
