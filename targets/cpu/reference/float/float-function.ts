import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { errorFunction } from "../../../../src/reference/ops/math/erf.ts";
import type { FloatActivation } from "../../float-workload.ts";
import { numberOf } from "../parameters.ts";

/** A function of one element in float64. */
export type EvaluateFloat = (x: number) => number;

const clampUnit = (x: number): number => Math.min(1, Math.max(0, x));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** The activation as its definition says, in float64. */
export function floatActivation(activation: FloatActivation, parameters: KernelParameters): EvaluateFloat {
  switch (activation) {
    case "none":
      return (x) => x;
    case "sigmoid":
      return logistic;
    case "silu":
      return (x) => x * logistic(x);
    case "tanh":
      return Math.tanh;
    case "gelu":
      return (x) => x * normalDistribution(x);
    case "gelu-tanh":
      // ½ (1 + tanh u) without its cancellation.
      return (x) => x * logistic(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
    case "hard-swish":
      return (x) => x * clampUnit(x / 6 + 0.5);
    case "hard-sigmoid": {
      const [alpha, beta] = [numberOf(parameters, "alpha"), numberOf(parameters, "beta")].map(Math.fround);
      return (x) => clampUnit((alpha as number) * x + (beta as number));
    }
    case "leaky-relu": {
      const alpha = Math.fround(numberOf(parameters, "alpha"));
      return (x) => (x < 0 ? alpha * x : x);
    }
  }
}

/** Bounds a value by numbers `lo` and `hi` where `clamp` is set. */
export function floatClamp(clamp: boolean, parameters: KernelParameters): EvaluateFloat {
  if (!clamp) return (x) => x;
  const [lo, hi] = [Math.fround(numberOf(parameters, "lo")), Math.fround(numberOf(parameters, "hi"))];
  return (x) => Math.min(hi, Math.max(lo, x));
}

/** Share of a normal distribution below x; the continued fraction of erfc far below 0, where 1 + erf would cancel. */
function normalDistribution(x: number): number {
  if (x > -3) return 0.5 * (1 + errorFunction(x / Math.SQRT2));
  const size = -x;
  let fraction = size;
  for (let n = 60; n >= 1; n--) fraction = size + n / fraction;
  return Math.exp((-x * x) / 2) / (fraction * Math.sqrt(2 * Math.PI));
}
