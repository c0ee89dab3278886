import type { FloatFunction } from "./integer-graph.ts";

/** Whether results are cut off on either side. */
export function isBounded({ bounds: [low, high] }: FloatFunction): boolean {
  return low !== -Infinity || high !== Infinity;
}

/** Whether results are what comes in. */
export function isPlain(fn: FloatFunction): boolean {
  return fn.activation === "none" && !isBounded(fn);
}
