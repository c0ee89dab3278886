/** Softmax of x[start .. start + length) in place, each step rounded; a row of -Infinity becomes zero. */
export function softmaxRow(x: Float64Array, start: number, length: number, round: (value: number) => number): void {
  let max = -Infinity;
  for (let i = start; i < start + length; i++) max = Math.max(max, x[i] as number);
  if (max === -Infinity) {
    x.fill(0, start, start + length);
    return;
  }
  let sum = 0;
  for (let i = start; i < start + length; i++) {
    const power = round(Math.exp(round((x[i] as number) - max)));
    x[i] = power;
    sum += power;
  }
  sum = round(sum);
  for (let i = start; i < start + length; i++) x[i] = round((x[i] as number) / sum);
}
