import type { Family } from "./models.ts";
import type { ModelFailure, ModelResult, Ratio, ThreadResult } from "./results.ts";

/** A geometric mean with the number of networks it is over, and the least of them. */
export interface MeanRatio {
  readonly mean: number;
  readonly models: number;
  readonly least: number;
  readonly leastModel: string;
}

type RatioName = keyof ThreadResult["ratios"];

const header = [
  ...["model", "threads", "ORT float ms", "ORT int8 ms", "ours int8 ms", "int8", "medians", "float", "portable"],
  ...["best peer", "against it", "outputs"],
];

/** The head of the table, in Markdown. */
export function printHeader(): string {
  return `${row(header)}\n${row(header.map(() => "---"))}`;
}

/** The rows of a network: one a thread count; ratios are of minima. */
export function printResult(result: ModelResult): string {
  const { model, emitted, threads } = result;
  const lines = threads.map(({ threads: count, times, bestPeer, ratios }) =>
    row([
      ...[model, String(count), milliseconds(times["ort-float"]?.minNs), milliseconds(times["ort-int8"]?.minNs)],
      milliseconds(times["int8-regions"]?.minNs),
      emitted.int8 === "ort-int8" ? same(ratios.int8Regions) : speedText(ratios.int8),
      ratios.int8Regions === undefined ? "" : `${ratios.int8Regions.median.toFixed(2)}x`,
      emitted.float === "ort-float" ? same(ratios.floatRegions) : `${speedText(ratios.float)} ${emitted.float}`,
      ...[speedText(ratios.portable), bestPeer, speedText(ratios.best), describeOutputs(result)],
    ]),
  );
  const failures = Object.entries(result.failures).map(([form, why]) => `  ${model} ${form}: ${why}`);
  return [...lines, ...failures].join("\n");
}

/** Geometric means over networks by thread count and, of INT8, by family. A network whose peer's form is written counts 1. */
export function geometricMeans(results: readonly (ModelResult | ModelFailure)[]): Readonly<Record<string, MeanRatio>> {
  const measured = results.filter((result): result is ModelResult => "threads" in result);
  const means: Record<string, MeanRatio> = {};
  const add = (name: string, ratio: RatioName, threads: number, of: (result: ModelResult) => boolean): void => {
    const found = measured.filter(of).flatMap((result) => {
      const value = result.threads.find((each) => each.threads === threads)?.ratios[ratio]?.ratio;
      return value === undefined ? [] : [{ model: result.model, value }];
    });
    const least = found.reduce((a, b) => (b.value < a.value ? b : a), { model: "", value: Infinity });
    if (found.length === 0) return;
    const mean = Math.exp(found.reduce((sum, { value }) => sum + Math.log(value), 0) / found.length);
    means[name] = { mean, models: found.length, least: least.value, leastModel: least.model };
  };
  const counts = new Set(measured.flatMap((result) => result.threads.map(({ threads }) => threads)));
  const families: readonly Family[] = ["convolutions", "light convolutions", "transformer"];
  for (const threads of counts) {
    const at = `at ${threads}`;
    for (const ratio of ["int8", "int8Regions", "float", "floatRegions", "portable", "best"] as const)
      add(`${ratio} ${at}`, ratio, threads, () => true);
    for (const family of families)
      for (const ratio of ["int8", "float"] as const)
        add(`${ratio} of ${family} ${at}`, ratio, threads, (result) => result.family === family);
  }
  return means;
}

/** The means, a line each. */
export function printMeans(means: Readonly<Record<string, MeanRatio>>): string {
  return Object.entries(means)
    .map(
      ([name, { mean, models, least, leastModel }]) =>
        `${name}: ${mean.toFixed(3)}x over ${models}, least ${least.toFixed(3)}x (${leastModel})`,
    )
    .join("\n");
}

/** The steps of a network's regions, slowest first. */
export function printProfile({ model, profile }: ModelResult): string {
  const steps = profile?.int8 ?? [];
  const total = steps.reduce((sum, { ns }) => sum + ns, 0);
  const lines = [...steps]
    .sort((a, b) => b.ns - a.ns)
    .map(({ workload, template, point, ns, gmacs, peakShare }) =>
      row([
        ...[(ns / 1e3).toFixed(1), `${((100 * ns) / total).toFixed(1)} %`, workload, template],
        Object.entries(point)
          .map(([name, value]) => `${name}=${value}`)
          .join(" "),
        ...(gmacs === 0 ? ["", ""] : [gmacs.toFixed(0), `${(100 * peakShare).toFixed(0)} %`]),
      ]),
    );
  const head = ["us", "share", "workload", "template", "point", "GMAC/s", "of peak"];
  return [`${model}: ${(total / 1e3).toFixed(1)} us in ${steps.length} steps`, row(head), ...lines].join("\n");
}

function row(cells: readonly string[]): string {
  return cells.join(" | ");
}

function milliseconds(ns: number | undefined): string {
  return ns === undefined ? "" : (ns / 1e6).toFixed(ns < 1e6 ? 4 : 2);
}

function speedText(ratio: Ratio | undefined): string {
  return ratio === undefined ? "" : `${ratio.ratio.toFixed(2)}x`;
}

/** The peer's own form is written; what ours would have given is in brackets. */
function same(regions: Ratio | undefined): string {
  return regions === undefined ? "same" : `same (${regions.ratio.toFixed(2)}x)`;
}

function describeOutputs({ outputs: { int8, portable, float } }: ModelResult): string {
  const parts: string[] = [];
  if (int8 !== undefined) {
    const steps =
      int8.maxSteps === undefined ? `max ${int8.maxAbsolute.toPrecision(2)}` : `${int8.maxSteps.toFixed(2)} steps`;
    parts.push(int8.differing === 0 ? "equal" : `${int8.differing} of ${int8.elements} differ, ${steps}`);
  }
  if (portable !== undefined && portable.differing > 0) parts.push(`portable: ${portable.differing} differ`);
  if (float !== undefined) parts.push(`float ${float.sqnrDb === null ? "equal" : `${float.sqnrDb.toFixed(0)} dB`}`);
  return parts.join("; ");
}
