import type { ReferenceOp } from "../../types.ts";
import { and, equal, greater, greaterOrEqual, less, lessOrEqual, or, xor } from "./compare.ts";
import { not } from "./not.ts";
import { where } from "./where.ts";

/** Comparison, truth values and selection. */
export const logicOps: readonly ReferenceOp[] = [
  ...[and, or, xor, not, where],
  ...[equal, greater, greaterOrEqual, less, lessOrEqual],
];
