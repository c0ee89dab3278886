import type { Node } from "../../src/ir/index.ts";
import { intsAttr } from "../../src/ir/index.ts";
import { rankOf } from "../support/facts.ts";

/** A permutation as of Transpose: axis i of the output is axis perm[i] of the input. */
export type Permutation = readonly number[];

/** The permutation of a Transpose node; undefined when it is implicit and the rank unknown. */
export function permutationOf(node: Node): Permutation | undefined {
  const rank = rankOf(node.input(0)) ?? rankOf(node.outputs[0]);
  return (
    intsAttr(node, "perm") ?? (rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => rank - 1 - i))
  );
}

/** The permutation that undoes `perm`. */
export function invert(perm: Permutation): Permutation {
  const inverse = new Array<number>(perm.length).fill(0);
  perm.forEach((axis, i) => {
    inverse[axis] = i;
  });
  return inverse;
}

/** First `first`, then `second`, as one permutation. */
export function compose(first: Permutation, second: Permutation): Permutation {
  return second.map((axis) => first[axis] ?? 0);
}

/** True when nothing moves. */
export function isIdentity(perm: Permutation): boolean {
  return perm.every((axis, i) => axis === i);
}

/** The items in the order of the permutation: result[i] = items[perm[i]]. */
export function permute<T>(items: readonly T[], perm: Permutation): T[] {
  return perm.map((axis) => items[axis] as T);
}
