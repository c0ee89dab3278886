import { unary } from "./unary.ts";

/** Acos: arc cosine. */
export const acos = unary("Acos", { real: Math.acos });
/** Acosh: inverse hyperbolic cosine. */
export const acosh = unary("Acosh", { real: Math.acosh });
/** Asin: arc sine. */
export const asin = unary("Asin", { real: Math.asin });
/** Asinh: inverse hyperbolic sine. */
export const asinh = unary("Asinh", { real: Math.asinh });
/** Atan: arc tangent. */
export const atan = unary("Atan", { real: Math.atan });
/** Atanh: inverse hyperbolic tangent. */
export const atanh = unary("Atanh", { real: Math.atanh });
/** Cos: cosine. */
export const cos = unary("Cos", { real: Math.cos });
/** Cosh: hyperbolic cosine. */
export const cosh = unary("Cosh", { real: Math.cosh });
/** Sin: sine. */
export const sin = unary("Sin", { real: Math.sin });
/** Sinh: hyperbolic sine. */
export const sinh = unary("Sinh", { real: Math.sinh });
/** Tan: tangent. */
export const tan = unary("Tan", { real: Math.tan });
/** Tanh: hyperbolic tangent. */
export const tanh = unary("Tanh", { real: Math.tanh });
