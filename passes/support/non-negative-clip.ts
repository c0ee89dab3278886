import type { Node } from "../../src/ir/index.ts";
import { floatAttr } from "../../src/ir/index.ts";
import { uniformOf } from "./facts.ts";

/**
 * True when no result of a Clip is below 0: its constant `min` is not, and neither is `max`, which has the last word where
 * it is the smaller one.
 */
export function isNonNegativeClip(node: Node): boolean {
  if (node.opType !== "Clip" || node.domain !== "") return false;
  const low = floatAttr(node, "min") ?? uniformOf(node.input(1));
  const high = floatAttr(node, "max") ?? (node.input(2) === undefined ? Infinity : uniformOf(node.input(2)));
  return low !== undefined && low >= 0 && high !== undefined && high >= 0;
}
