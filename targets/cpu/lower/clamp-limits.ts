import type { Node } from "../../../src/ir/index.ts";
import { floatAttr, numbersOf } from "../../../src/ir/index.ts";

/**
 * The bounds that a Relu or Clip puts on its input, infinite where absent; undefined when they are not constants. Before
 * opset 11 those of Clip are attributes.
 */
export function clampLimits(node: Node): readonly [number, number] | undefined {
  if (node.opType === "Relu") return [0, Infinity];
  if (node.opType !== "Clip" || node.inputs.length === 0) return undefined;
  const limit = (index: number, name: string, absent: number): number | undefined => {
    const value = node.input(index);
    if (value === undefined) return floatAttr(node, name, absent);
    return value.isConstant && value.constant !== undefined ? numbersOf(value.constant)[0] : undefined;
  };
  const [min, max] = [limit(1, "min", -Infinity), limit(2, "max", Infinity)];
  return min === undefined || max === undefined || Number.isNaN(min) || Number.isNaN(max) ? undefined : [min, max];
}
