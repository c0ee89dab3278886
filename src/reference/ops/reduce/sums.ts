import { reduction } from "./reduction.ts";

function sumOf(values: Float64Array, term: (x: number) => number): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += term(values[i] as number);
  return total;
}

function bigSum(values: readonly bigint[], term: (x: bigint) => bigint): bigint {
  return values.reduce((total, value) => total + term(value), 0n);
}

/** ln of the sum of exponentials, shifted by the maximum so that nothing overflows. */
function logSumExp(values: Float64Array): number {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(sumOf(values, (x) => Math.exp(x - top)));
}

/** ReduceSum: sum of the elements. */
export const reduceSum = reduction("ReduceSum", {
  real: (values) => sumOf(values, (x) => x),
  bigint: (values) => bigSum(values, (x) => x),
});
/** ReduceSumSquare: sum of the squares. */
export const reduceSumSquare = reduction("ReduceSumSquare", {
  real: (values) => sumOf(values, (x) => x * x),
  bigint: (values) => bigSum(values, (x) => x * x),
});
/** ReduceL1: sum of the magnitudes. */
export const reduceL1 = reduction("ReduceL1", {
  real: (values) => sumOf(values, Math.abs),
  bigint: (values) => bigSum(values, (x) => (x < 0n ? -x : x)),
});
/** ReduceL2: root of the sum of the squares. */
export const reduceL2 = reduction("ReduceL2", { real: (values) => Math.sqrt(sumOf(values, (x) => x * x)) });
/** ReduceLogSum: ln of the sum. */
export const reduceLogSum = reduction("ReduceLogSum", { real: (values) => Math.log(sumOf(values, (x) => x)) });
/** ReduceLogSumExp: ln of the sum of exponentials. */
export const reduceLogSumExp = reduction("ReduceLogSumExp", { real: logSumExp });
/** ReduceMean: arithmetic mean; integers truncate. */
export const reduceMean = reduction("ReduceMean", {
  real: (values) => sumOf(values, (x) => x) / values.length,
  bigint: (values) => (values.length === 0 ? 0n : bigSum(values, (x) => x) / BigInt(values.length)),
});
