import { binary } from "./binary.ts";

/** Add: a + b; integers wrap. */
export const add = binary("Add", { real: (a, b) => a + b, bigint: (a, b) => a + b });
/** Sub: a - b; integers wrap. */
export const sub = binary("Sub", { real: (a, b) => a - b, bigint: (a, b) => a - b });
/** Mul: a * b; integers wrap. */
export const mul = binary("Mul", { real: (a, b) => a * b, integer: Math.imul, bigint: (a, b) => a * b });
/** Div: a / b; integers truncate toward zero, and a division by zero, which the specification leaves open, gives 0. */
export const div = binary("Div", {
  real: (a, b) => a / b,
  integer: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  bigint: (a, b) => (b === 0n ? 0n : a / b),
});
