import { isInteger } from "../../../ir/index.ts";
import { reduction } from "./reduction.ts";

/** ReduceProd: product of the elements; integers wrap. */
export const reduceProd = reduction("ReduceProd", {
  real: (values, { dtype }) => values.reduce(isInteger(dtype) ? Math.imul : (a, b) => a * b, 1),
  bigint: (values) => values.reduce((a, b) => BigInt.asIntN(64, a * b), 1n),
});
