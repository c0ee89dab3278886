/** What a search for the least number of layers found. */
export interface FewestFloat {
  /** Undefined where not even all that were allowed are enough, or where the search ended before any was. */
  readonly count: number | undefined;
  /** Ended on request: fewer might do, or more. */
  readonly isStopped: boolean;
}

/**
 * The least number of layers, in a given order, that must be in float so that a bound holds: 1, 2, 4, … until it does, and
 * then by halves between the last two. Assumes that more layers in float never lose more; where that fails, the number
 * found holds all the same, as `holds` was asked of it. Once `isStopping` says so nothing more is asked.
 */
export async function fewestFloat(
  most: number,
  holds: (count: number) => Promise<boolean>,
  isStopping: () => boolean = () => false,
): Promise<FewestFloat> {
  let failed = 0;
  let count = Math.min(1, most);
  while (count > failed) {
    if (isStopping()) return { count: undefined, isStopped: true };
    if (await holds(count)) break;
    failed = count;
    count = Math.min(most, count * 2);
  }
  if (count === failed) return { count: undefined, isStopped: false };
  while (count - failed > 1) {
    if (isStopping()) return { count, isStopped: true };
    const middle = (count + failed) >> 1;
    if (await holds(middle)) count = middle;
    else failed = middle;
  }
  return { count, isStopped: false };
}
