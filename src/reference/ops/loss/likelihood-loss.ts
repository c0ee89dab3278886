import type { DType, Tensor } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";

/** What the negative log-likelihood is taken of: log-probabilities [N, C, ...] and a class for each of [N, ...]. */
export interface LikelihoodInput {
  readonly logProbabilities: Float64Array;
  readonly shape: readonly number[];
  readonly target: Tensor;
  readonly weight: Tensor | undefined;
  readonly reduction: string;
  readonly ignoreIndex: number | undefined;
  readonly dtype: DType;
}

/** Weighted negative log-likelihood, per element or as their sum or weighted mean (NegativeLogLikelihoodLoss). */
export function likelihoodLoss(input: LikelihoodInput): Tensor {
  const { logProbabilities, shape, target, weight, reduction, ignoreIndex, dtype } = input;
  const classes = shape[1] as number;
  const inner = shape.slice(2).reduce((product, dim) => product * dim, 1);
  const labels = realsOf(target);
  const weights = weight === undefined ? undefined : realsOf(weight);
  let weightSum = 0;
  const losses = labels.map((label, i) => {
    if (label === ignoreIndex) return 0;
    if (label < 0 || label >= classes) throw new RangeError(`class ${label} of ${classes}`);
    const share = weights?.[label] ?? 1;
    weightSum += share;
    const at = (Math.floor(i / inner) * classes + label) * inner + (i % inner);
    return -share * (logProbabilities[at] as number);
  });
  if (reduction === "none") return encodeReals(dtype, target.shape, losses);
  const total = losses.reduce((a, b) => a + b, 0);
  return encodeReals(dtype, [], [reduction === "sum" ? total : total / weightSum]);
}
