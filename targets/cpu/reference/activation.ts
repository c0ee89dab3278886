import { fma32 } from "./float32.ts";

/** float32 polynomial in x by Horner's rule with fused multiply-adds, highest coefficient first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.map(Math.fround).reduce((sum, coefficient) => fma32(sum, x, coefficient));
}

/** Odd numerator over even denominator in float32: `x P(x²) / Q(x²)`. */
function rational(numerator: readonly number[], denominator: readonly number[], x: number): number {
  const square = Math.fround(x * x);
  return Math.fround(Math.fround(polynomial(numerator, square) * x) / polynomial(denominator, square));
}

function clamp(x: number, bound: number): number {
  return Math.min(bound, Math.max(-bound, x));
}

/**
 * The logistic function as ONNX Runtime's x86-64 kernel rounds it, bit for bit: a rational approximation on [-18, 18]
 * (Eigen's) plus 1/2, not below 0. Up to 1.3e-7 off the true value.
 */
export function ortLogistic(x: number): number {
  const value = rational(
    [4.37031012579801e-11, 1.15627324459942e-7, 6.08574864600143e-5, 8.51377133304701e-3, 2.48287947061529e-1],
    [
      6.10247389755681e-13, 5.76102136993427e-9, 6.2910678501704e-6, 1.70198817374094e-3, 1.16817656904453e-1,
      9.9315192102318e-1,
    ],
    clamp(Math.fround(x), 18),
  );
  return Math.max(0, Math.fround(value + 0.5));
}

/** Eigen's approximation of the hyperbolic tangent: coefficients of {@link rational}, used on [-bound, bound]. */
export const tanhApproximation = {
  numerator: [
    -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5,
    6.37261928875436e-4, 4.89352455891786e-3,
  ],
  denominator: [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3],
  bound: 9,
} as const;

/** The hyperbolic tangent as ONNX Runtime's x86-64 kernel rounds it, bit for bit. */
export function ortTanh(x: number): number {
  const { numerator, denominator, bound } = tanhApproximation;
  return rational(numerator, denominator, clamp(Math.fround(x), bound));
}
