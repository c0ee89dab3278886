import { floatAttr } from "../../../ir/index.ts";
import type { OpCall } from "../../types.ts";

/** A source of uniform numbers in [0, 1): seeded by the node's own attribute where it has one, else the run's source. */
export function uniformSource(call: OpCall): () => number {
  const seed = floatAttr(call.node, "seed");
  return seed === undefined ? () => call.random() : mulberry32(Math.trunc(seed * 65537) ^ 0x9e3779b9);
}

/** A small seeded generator (mulberry32): equal seeds give equal numbers on every machine. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers from uniform ones (Box and Muller). */
export function normalSource(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
