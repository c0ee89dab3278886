/**
 * The least number of layers, in a given order, that must be in float so that a bound holds: 1, 2, 4, … until it does, and
 * then by halves between the last two. Assumes that more layers in float never lose more; where that fails, the number
 * found holds all the same, as `holds` was asked of it. Undefined where not even `most` do.
 */
export async function fewestFloat(
  most: number,
  holds: (count: number) => Promise<boolean>,
): Promise<number | undefined> {
  let failed = 0;
  let count = Math.min(1, most);
  while (count > failed && !(await holds(count))) {
    failed = count;
    count = Math.min(most, count * 2);
  }
  if (count === failed) return undefined;
  while (count - failed > 1) {
    const middle = (count + failed) >> 1;
    if (await holds(middle)) count = middle;
    else failed = middle;
  }
  return count;
}
