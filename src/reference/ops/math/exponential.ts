import { unary } from "./unary.ts";

/** Exp: e to the x. */
export const exp = unary("Exp", { real: Math.exp });
/** Log: natural logarithm. */
export const log = unary("Log", { real: Math.log });
/** Sqrt: square root. */
export const sqrt = unary("Sqrt", { real: Math.sqrt });
/** Reciprocal: 1 / x. */
export const reciprocal = unary("Reciprocal", { real: (x) => 1 / x });
