import type { Point } from "../../../src/schedule/record.ts";

/** The numbers of a point by name; throws a plain Error for one that lacks some. */
export function pointNumbers<Name extends string>(
  template: string,
  names: readonly Name[],
  point: Point,
): Readonly<Record<Name, number>> {
  for (const name of names) if (point[name] === undefined) throw new Error(`a point of ${template} lacks ${name}`);
  return point as Record<Name, number>;
}

/** A point as text, for names of kernels. */
export function describePoint(point: Point): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
