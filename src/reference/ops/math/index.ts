import type { ReferenceOp } from "../../types.ts";
import { abs } from "./abs.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { bitShift } from "./bit-shift.ts";
import { bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor } from "./bitwise.ts";
import { clip } from "./clip.ts";
import { cumProd, cumSum } from "./cumulative.ts";
import { det } from "./det.ts";
import { celu, elu, selu } from "./elu.ts";
import { erf } from "./erf.ts";
import { exp, log, reciprocal, sqrt } from "./exponential.ts";
import { max, min } from "./extremes.ts";
import { gelu } from "./gelu.ts";
import { isInf, isNaNOp } from "./is-nan.ts";
import { mod } from "./mod.ts";
import { pow } from "./pow.ts";
import { leakyRelu, pRelu, relu, shrink, thresholdedRelu } from "./relu.ts";
import { ceil, floor, round } from "./rounding.ts";
import { hardSigmoid, hardSwish, sigmoid, swish } from "./sigmoid.ts";
import { neg, sign } from "./sign.ts";
import { mish, softplus, softsign } from "./softplus.ts";
import { mean, sum } from "./sum.ts";
import { swiGlu } from "./swi-glu.ts";
import { acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh } from "./trigonometric.ts";

/** Elementwise mathematics, activations, running sums and determinants. */
export const mathOps: readonly ReferenceOp[] = [
  ...[abs, neg, sign, exp, log, sqrt, reciprocal, ceil, floor, round, erf, isInf, isNaNOp],
  ...[acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh],
  ...[add, sub, mul, div, mod, pow, sum, mean, max, min, clip, cumSum, cumProd, det],
  ...[bitShift, bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor],
  ...[relu, leakyRelu, thresholdedRelu, pRelu, shrink, elu, celu, selu, gelu, swiGlu],
  ...[sigmoid, hardSigmoid, hardSwish, swish, softplus, mish, softsign],
];
