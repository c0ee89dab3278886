import type { TuiState } from "./state.ts";

/** Lines above and below the body. */
const headLines = 2;
const footLines = 1;

/** Fewer columns or lines than these are drawn as these, and cut off. */
const least = { columns: 20, rows: 5 };

/** More columns than these are left empty: what belongs together would stand too far apart. */
const mostColumns = 140;

/** The size that is drawn for. */
export function drawnSize({ columns, rows }: TuiState["size"]): TuiState["size"] {
  return { columns: Math.min(mostColumns, Math.max(least.columns, columns)), rows: Math.max(least.rows, rows) };
}

/** Lines of the body that are in sight. */
export function bodyHeight({ size }: Pick<TuiState, "size">): number {
  return drawnSize(size).rows - headLines - footLines;
}

/** Widths of the columns of the table of searches; those that have no room are 0. */
export interface TuningColumns {
  readonly workload: number;
  readonly best: number;
  readonly trials: number;
  readonly speedUp: number;
  readonly spark: number;
  readonly candidate: number;
}

/** The columns that fit: the workload is told always, the time of the best nearly always, the rest as there is room. */
export function tuningColumns(columns: number): TuningColumns {
  const best = columns >= 32 ? 10 : 0;
  const speedUp = columns >= 44 ? 8 : 0;
  const trials = columns >= 56 ? 9 : 0;
  const spark = columns >= 72 ? Math.min(24, Math.floor(columns / 6)) : 0;
  const candidate = columns >= 110 ? Math.min(48, Math.floor(columns / 3)) : 0;
  const gaps = spark === 0 ? 0 : 2;
  const taken = 4 + best + speedUp + trials + spark + candidate + gaps + (candidate === 0 ? 0 : 2);
  return { workload: Math.max(10, columns - taken), best, trials, speedUp, spark, candidate };
}
