/** Nodes by position in their graph, with the positions of those they read from and are read by. */
export interface NodeLinks {
  readonly count: number;
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
  readonly accepted: readonly boolean[];
}

/**
 * Numbers nodes so that numbers never fall along a path, and rise where a rejected node is followed by an accepted one;
 * each as low as can be. What leaves a set of accepted nodes of one number through others never comes back: connected
 * ones are convex, and no two such sets depend on each other.
 */
export function earliestLevels({ count, before, accepted }: NodeLinks): Int32Array {
  const levels = new Int32Array(count);
  for (let node = 0; node < count; node++) {
    let level = accepted[node] === true ? 0 : -1;
    for (const other of before[node] as number[]) {
      const step = accepted[node] === true && accepted[other] !== true ? 1 : 0;
      level = Math.max(level, (levels[other] as number) + step);
    }
    levels[node] = level;
  }
  return levels;
}

/**
 * Raises numbers to those of a node's readers as far as the same rules allow: what only later nodes need, such as the
 * dequantizers of their weights, goes with them.
 */
export function latestLevels({ count, after, accepted }: NodeLinks, earliest: Int32Array): Int32Array {
  const levels = new Int32Array(count);
  for (let node = count - 1; node >= 0; node--) {
    let level = LAST;
    for (const other of after[node] as number[]) {
      const step = accepted[node] !== true && accepted[other] === true ? 1 : 0;
      level = Math.min(level, (levels[other] as number) - step);
    }
    levels[node] = level === LAST && accepted[node] === true ? (earliest[node] as number) : level;
  }
  return levels;
}

/** The number of rejected nodes that nothing accepted comes after. */
const LAST = 2 ** 31 - 1;
