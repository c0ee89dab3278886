import { unary } from "../math/unary.ts";

/** Not: the opposite truth value. */
export const not = unary("Not", { real: (x) => (x === 0 ? 1 : 0) });
