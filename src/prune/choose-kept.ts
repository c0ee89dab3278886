/** How many of a set's classes stay. */
export interface KeepRule {
  /** Share to remove, from 0 up to, but not, 1. */
  readonly sparsity: number;
  /** Sets of at least 16 keep a multiple of this, rounded up: vector registers and blocked layouts work in such steps. */
  readonly multiple: number;
  /** Least number to keep, as far as there are so many. */
  readonly minKept: number;
}

/** Smallest set whose kept count is rounded: below it the rounding would undo the pruning. */
const leastRounded = 16;

/** Tolerates the rounding of `1 - sparsity`, so that 30 % of 10 leaves 7. */
const epsilon = 1e-9;

/** The number of classes to keep out of `count`. */
export function keptCount(count: number, { sparsity, multiple, minKept }: KeepRule): number {
  const wanted = Math.max(1, minKept, Math.ceil((1 - sparsity) * count - epsilon));
  const rounded = count >= leastRounded ? Math.ceil(wanted / multiple) * multiple : wanted;
  return Math.min(count, rounded);
}

/** The places of the `kept` largest scores, ascending; of equal scores the first stay. */
export function chooseKept(scores: ArrayLike<number>, kept: number): readonly number[] {
  const places = Array.from({ length: scores.length }, (_, i) => i);
  places.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return places.slice(0, kept).sort((a, b) => a - b);
}
