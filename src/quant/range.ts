/** An interval of real values, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The smallest range that holds both. */
export function unionOf(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** The part of `range` inside `bounds`, widened to contain zero, as every quantized range must. */
export function withinBounds(range: Range, bounds: Range): Range {
  return {
    min: Math.min(0, Math.max(range.min, bounds.min)),
    max: Math.max(0, Math.min(range.max, bounds.max)),
  };
}
