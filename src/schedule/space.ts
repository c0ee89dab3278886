import type { Point } from "./record.ts";
import type { Space } from "./template.ts";

/** Every legal point of a space in canonical order: the first parameter changes slowest, values in the space's order. */
export function* legalPoints(space: Space): Generator<Point> {
  const extend = function* (point: Point, depth: number): Generator<Point> {
    const parameter = space.parameters[depth];
    if (parameter === undefined) {
      if (space.legal(point)) yield point;
      return;
    }
    for (const value of parameter.values) yield* extend({ ...point, [parameter.name]: value }, depth + 1);
  };
  yield* extend({}, 0);
}

/**
 * The legal points that differ from a point in one parameter: for each parameter the nearest legal value below and the
 * nearest above, in the space's order of parameters and values.
 */
export function neighbours(space: Space, point: Point): readonly Point[] {
  return space.parameters.flatMap(({ name, values }) => {
    const at = values.indexOf(point[name] as number);
    const below = values.slice(0, Math.max(at, 0)).reverse();
    const above = values.slice(at + 1);
    return [below, above].flatMap((side) => {
      const value = side.find((candidate) => space.legal({ ...point, [name]: candidate }));
      return value === undefined ? [] : [{ ...point, [name]: value }];
    });
  });
}

/** The point whose values are nearest (by ratio) to those of a point of another space; undefined when it is not legal. */
export function snapPoint(space: Space, point: Point): Point | undefined {
  const distance = (a: number, b: number): number => Math.abs(Math.log((Math.abs(a) + 1) / (Math.abs(b) + 1)));
  const snapped: Record<string, number> = {};
  for (const { name, values } of space.parameters) {
    const wanted = point[name] ?? values[0];
    if (wanted === undefined) return undefined;
    snapped[name] = values.reduce((best, value) => (distance(value, wanted) < distance(best, wanted) ? value : best));
  }
  return space.legal(snapped) ? snapped : undefined;
}
