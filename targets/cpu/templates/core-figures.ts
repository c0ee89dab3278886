import type { MachineFigures } from "../../../src/schedule/template.ts";

/**
 * How fast a core does what kernels are made of, relative to the core that cost models were fitted on: dot products of
 * bytes, the chain from one to the next, multiply-adds of float32, loads from the first cache, bytes from the second and
 * third.
 */
export const coreFigureNames = ["dots", "latency", "fmas", "loads", "l2", "l3"] as const;

/** One of {@link coreFigureNames}. */
export type CoreFigureName = (typeof coreFigureNames)[number];

/** The figures of a machine that was measured; undefined for one that was not. */
export function coreFigures(figures: MachineFigures | undefined): Readonly<Record<CoreFigureName, number>> | undefined {
  if (figures === undefined) return undefined;
  const of = (name: CoreFigureName): number => figures[name] ?? 1;
  return {
    ...{ dots: of("dots"), latency: of("latency"), fmas: of("fmas") },
    ...{ loads: of("loads"), l2: of("l2"), l3: of("l3") },
  };
}
