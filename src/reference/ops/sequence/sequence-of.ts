import type { RuntimeSequence, RuntimeValue, ValueType } from "../../../ir/index.ts";
import { isTensor, tensorType } from "../../../ir/index.ts";

/** A sequence of these values; the element type is that of the first, or the one given when there is none. */
export function sequenceOf(items: readonly RuntimeValue[], element?: ValueType): RuntimeSequence {
  const [first] = items;
  return { kind: "sequence", element: isTensor(first) ? tensorType(first.dtype) : element, items };
}
