import { unary } from "./unary.ts";

/** Sign: -1, 0 or 1. */
export const sign = unary("Sign", { real: Math.sign, bigint: (x) => (x < 0n ? -1n : x > 0n ? 1n : 0n) });
/** Neg: -x. */
export const neg = unary("Neg", { real: (x) => -x, bigint: (x) => -x });
