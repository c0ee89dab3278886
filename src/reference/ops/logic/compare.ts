import type { ReferenceOp } from "../../types.ts";
import { compareElements } from "../../numeric.ts";
import { binaryOperands } from "../math/binary.ts";

/** Equal: a = b, strings included; NaN equals nothing. */
export const equal = comparison("Equal", (a, b) => a === b);
/** Less: a < b. */
export const less = comparison("Less", (a, b) => a < b);
/** LessOrEqual: a <= b. */
export const lessOrEqual = comparison("LessOrEqual", (a, b) => a <= b);
/** Greater: a > b. */
export const greater = comparison("Greater", (a, b) => a > b);
/** GreaterOrEqual: a >= b. */
export const greaterOrEqual = comparison("GreaterOrEqual", (a, b) => a >= b);
/** And: both true. */
export const and = comparison("And", (a, b) => a !== 0 && b !== 0);
/** Or: one or both true. */
export const or = comparison("Or", (a, b) => a !== 0 || b !== 0);
/** Xor: exactly one true. */
export const xor = comparison("Xor", (a, b) => a !== b);

function comparison(name: string, holds: <T extends number | bigint | string>(a: T, b: T) => boolean): ReferenceOp {
  return { domain: "", name, run: (call) => [compareElements(...binaryOperands(call), holds)] };
}
