/** Beyond this size the normal distribution is 0 or 1 as far as the polynomial's error tells. */
const bound = 5;

/**
 * Coefficients of P in F(x) = ½ + x P(2 x²/bound² - 1), where x F(x) is the function, fitted on ±bound for its least
 * error: in float32 4.3e-6, and beyond the bound 3e-7 |x|, far below the steps a uint8 result is rounded to. F is the
 * normal distribution, or the approximation of it by a hyperbolic tangent.
 */
const coefficients = {
  gelu: [
    0.141363755, -0.0702982321, 0.0515254065, -0.0403919816, 0.0313566178, -0.0236249194, 0.016910566, -0.0101657081,
    0.00511258701, -0.00388637651, 0.00319482293, -0.00109665084,
  ],
  "gelu-tanh": [
    0.141378477, -0.0703678951, 0.0516618863, -0.0404873379, 0.031262096, -0.0234003514, 0.0165575985, -0.00938913133,
    0.00443622842, -0.00433508353, 0.00416684989, -0.00148343248,
  ],
} as const;

/** Rows of the coefficients of P, the constant one first. */
export const geluPolynomial = [
  "gelu0",
  "gelu1",
  "gelu2",
  "gelu3",
  "gelu4",
  "gelu5",
  "gelu6",
  "gelu7",
  "gelu8",
  "gelu9",
  "gelu10",
  "gelu11",
] as const;

/** Constants of `emitGelu`. */
export const geluRows = [
  "geluBound",
  "geluLowerBound",
  "geluFactor",
  "geluOne",
  "geluHalf",
  ...geluPolynomial,
] as const;
/** One of {@link geluRows}. */
export type GeluRow = (typeof geluRows)[number];

/** Vector registers that are overwritten besides the value's. */
export const geluTemporaries = 3;

/** The number of a row when results are divided by `scale`. */
export function geluConstant(row: GeluRow, activation: keyof typeof coefficients, scale: number): number {
  switch (row) {
    case "geluBound":
      return bound;
    case "geluLowerBound":
      return -bound;
    case "geluFactor":
      return Math.SQRT2 / bound;
    case "geluOne":
      return 1;
    case "geluHalf":
      return 0.5 / scale;
    default:
      return (coefficients[activation][geluPolynomial.indexOf(row)] as number) / scale;
  }
}
