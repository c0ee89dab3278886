import { intAttr, intsAttr } from "../../../ir/index.ts";
import { normalizeAxis } from "../../numeric.ts";
import { integersInput } from "../../operands.ts";
import type { OpCall } from "../../types.ts";

/**
 * The axes that a reduction names by attribute or input, sorted. When it names none: all axes, or none with noop_with_empty_axes
 * (each element then is a group of its own, so that ReduceSumSquare still squares).
 */
export function reducedAxes(call: OpCall, rank: number): readonly number[] {
  const named = intsAttr(call.node, "axes") ?? integersInput(call, 1) ?? [];
  if (named.length === 0) {
    if (intAttr(call.node, "noop_with_empty_axes", 0) === 1) return [];
    return Array.from({ length: rank }, (_, i) => i);
  }
  return [...new Set(named.map((axis) => normalizeAxis(axis, rank)))].sort((a, b) => a - b);
}
