import { unary } from "./unary.ts";

/** ln(1 + exp(x)) without overflow. */
export function softPlus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Softplus: ln(1 + exp(x)). */
export const softplus = unary("Softplus", { real: softPlus });

/** Mish: x tanh(softplus(x)). */
export const mish = unary("Mish", { real: (x) => x * Math.tanh(softPlus(x)) });

/** Softsign: x / (1 + |x|). */
export const softsign = unary("Softsign", { real: (x) => x / (1 + Math.abs(x)) });
