import { binary } from "./binary.ts";
import { unary } from "./unary.ts";

/** BitwiseAnd: a & b. */
export const bitwiseAnd = binary("BitwiseAnd", { real: (a, b) => a & b, bigint: (a, b) => a & b });
/** BitwiseOr: a | b. */
export const bitwiseOr = binary("BitwiseOr", { real: (a, b) => a | b, bigint: (a, b) => a | b });
/** BitwiseXor: a ^ b. */
export const bitwiseXor = binary("BitwiseXor", { real: (a, b) => a ^ b, bigint: (a, b) => a ^ b });
/** BitwiseNot: every bit of x inverted. */
export const bitwiseNot = unary("BitwiseNot", { real: (x) => ~x, bigint: (x) => ~x });
