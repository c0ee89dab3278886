import type { Node } from "../../../src/ir/index.ts";
import { numbersOf } from "../../../src/ir/index.ts";

/** The bounds that a Relu or Clip puts on its input, infinite where absent; undefined when they are not constants. */
export function clampLimits(node: Node): readonly [number, number] | undefined {
  if (node.opType === "Relu") return [0, Infinity];
  if (node.opType !== "Clip" || node.inputs.length === 0) return undefined;
  const limit = (index: number, absent: number): number | undefined => {
    const value = node.input(index);
    if (value === undefined) return absent;
    return value.isConstant && value.constant !== undefined ? numbersOf(value.constant)[0] : undefined;
  };
  const [min, max] = [limit(1, -Infinity), limit(2, Infinity)];
  return min === undefined || max === undefined || Number.isNaN(min) || Number.isNaN(max) ? undefined : [min, max];
}
