import type { Cache, Curves } from "./compare-searches.ts";

/** Best time after so many trials over the best known, by search and cache: geometric means over workloads and seeds. */
export interface SearchMean {
  readonly search: string;
  readonly cache: Cache;
  readonly distance: readonly number[];
  /** The worst workload (geometric mean over seeds) after each number of trials. */
  readonly worst: readonly number[];
  /** Of each workload, in the same way. */
  readonly workloads: Readonly<Record<string, readonly number[]>>;
  readonly proposeMs: number;
}

/** Means of all curves, in the order of their first appearance. `bestKnown` has the least score of every workload. */
export function meanCurves(
  curves: readonly Curves[],
  bestKnown: ReadonlyMap<string, number>,
  trials: readonly number[],
): readonly SearchMean[] {
  const groups = new Map<string, Curves[]>();
  for (const curve of curves) {
    const key = `${curve.cache} ${curve.search}`;
    groups.set(key, [...(groups.get(key) ?? []), curve]);
  }
  return [...groups.values()].map((group) => {
    const ratios = group.map(({ workload, best }) => {
      const least = bestKnown.get(workload) as number;
      return trials.map((_, column) => geometricMean(best.map((row) => (row[column] as number) / least)));
    });
    const after = (column: number): readonly number[] => ratios.map((row) => row[column] as number);
    const [{ search, cache }] = group as [Curves];
    return {
      ...{ search, cache },
      distance: trials.map((_, column) => geometricMean(after(column))),
      worst: trials.map((_, column) => Math.max(...after(column))),
      workloads: Object.fromEntries(group.map(({ workload }, i) => [workload, ratios[i] as number[]])),
      proposeMs: group.reduce((sum, curve) => sum + curve.proposeMs, 0) / group.length,
    };
  });
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The table of means in Markdown: how far above the best known, and the worst workload in brackets. */
export function printMeans(means: readonly SearchMean[], trials: readonly number[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const head = ["cache", "search", ...trials.map((count) => `${count} trials`), "ms to choose one"];
  const rows = means.map(({ cache, search, distance, worst, proposeMs }) =>
    row([
      ...[cache, search],
      ...distance.map((value, i) => `${percent(value)} (${percent(worst[i] as number)})`),
      proposeMs.toFixed(1),
    ]),
  );
  return [row(head), row(head.map(() => "---")), ...rows].join("\n");
}

function percent(ratio: number): string {
  return `+${((ratio - 1) * 100).toFixed(1)} %`;
}
