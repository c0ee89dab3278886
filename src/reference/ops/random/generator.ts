import { floatAttr, uniformNumbers } from "../../../ir/index.ts";
import type { OpCall } from "../../types.ts";

/** A source of uniform numbers in [0, 1): seeded by the node's own attribute where it has one, else the run's source. */
export function uniformSource(call: OpCall): () => number {
  const seed = floatAttr(call.node, "seed");
  return seed === undefined ? () => call.random() : uniformNumbers(Math.trunc(seed * 65537) ^ 0x9e3779b9);
}

/** Standard normal numbers from uniform ones (Box and Muller). */
export function normalSource(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
