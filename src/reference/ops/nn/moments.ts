/** Mean and population variance of `length` values. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Mean and population variance of x[start .. start + length), by two passes. */
export function momentsOf(x: Float64Array, start: number, length: number): Moments {
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += x[i] as number;
  const mean = sum / length;
  let squares = 0;
  for (let i = start; i < start + length; i++) squares += ((x[i] as number) - mean) ** 2;
  return { mean, variance: squares / length };
}
