import { errorFunction } from "../math/erf.ts";
import { logistic } from "../math/sigmoid.ts";

/** Names of the transforms of scores, in the order of their numbers in TreeEnsemble. */
export const postTransforms = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"] as const;

/** Transforms one row of scores in place. */
export function postTransform(kind: string, row: Float64Array): void {
  if (kind === "SOFTMAX" || kind === "SOFTMAX_ZERO") {
    const counts = (x: number): boolean => kind === "SOFTMAX" || x !== 0;
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let total = 0;
    for (let i = 0; i < row.length; i++) {
      const x = row[i] as number;
      row[i] = counts(x) ? Math.exp(x - top) : 0;
      total += row[i] as number;
    }
    for (let i = 0; i < row.length; i++) row[i] = total === 0 ? 0 : (row[i] as number) / total;
  } else if (kind === "LOGISTIC") {
    for (let i = 0; i < row.length; i++) row[i] = logistic(row[i] as number);
  } else if (kind === "PROBIT") {
    for (let i = 0; i < row.length; i++) row[i] = probit(row[i] as number);
  }
}

/** The quantile function of the normal distribution, by bisection on the distribution function. */
function probit(p: number): number {
  if (!(p > 0 && p < 1)) return p <= 0 ? -Infinity : p >= 1 ? Infinity : NaN;
  let [low, high] = [-40, 40];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (0.5 * (1 + errorFunction(middle / Math.SQRT2)) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
