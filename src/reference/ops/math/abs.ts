import { unary } from "./unary.ts";

/** Abs: |x|; the least signed integer stays as it is. */
export const abs = unary("Abs", { real: Math.abs, bigint: (x) => (x < 0n ? -x : x) });
