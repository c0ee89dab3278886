/** Times as a line of block characters, `width` columns at most: logarithmic, because the first gains are the largest. */
export function sparkline(values: readonly number[], width: number, levels: readonly string[]): string {
  const shown = sample(values, width);
  const logs = shown.map((value) => Math.log(value));
  const low = Math.min(...logs);
  const range = Math.max(...logs) - low;
  return logs
    .map((value) => levels[range === 0 ? 0 : Math.round(((value - low) / range) * (levels.length - 1))])
    .join("");
}

/** At most `count` of the values, evenly spread; the first and the last are among them. */
function sample(values: readonly number[], count: number): readonly number[] {
  if (count <= 0) return [];
  if (values.length <= count) return values;
  if (count === 1) return values.slice(-1);
  return Array.from({ length: count }, (_, i) => values[Math.round((i / (count - 1)) * (values.length - 1))] as number);
}
