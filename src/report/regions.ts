import type { CompileReport, RegionReport, RegionStepReport, RegionsReport } from "../events.ts";
import { formatBytes, formatTable, formatTime } from "./format.ts";
import { kernelText } from "./kernel-text.ts";
import { describeLayers } from "./layers.ts";

/** Reasons that a summary names. */
const mostReasons = 3;

/**
 * What became of a form's regions: totals, then its layers in the network; where that was not timed, a row a distinct
 * kernel. Both in the order of their time.
 */
export function describeRegions(report: RegionsReport): string {
  const lines = [describeTotals(report)];
  if (report.layers !== undefined) lines.push(...describeLayers(report, report.layers));
  else if (report.regions.length > 0) lines.push(...formatTable(layerRows(report), 2).split("\n"));
  return lines.map((line) => `   ${line}`).join("\n");
}

/** The lines of a summary: those of the written form, else of the others, whose regions may not have paid. */
export function summarizeRegions({ regions, output }: CompileReport): readonly string[] {
  const written = regions.filter(({ form }) => form === output.form);
  return (written.length > 0 ? written : regions).map(describeTotals);
}

/** What somebody has to do so that the written form is as fast as it was timed; nothing where it has no regions. */
export function summarizeLoading({ regions, output }: CompileReport): readonly string[] {
  const hasRegions = regions.some(({ form, regions: programs }) => form === output.form && programs.length > 0);
  return hasRegions
    ? [
        "as fast where the session registers the library that `infer-opt runtime --path` names; elsewhere plain operators run",
      ]
    : [];
}

/** Memory of whole processes; that of their sessions stands in the table of forms. Nothing where it was not measured. */
export function summarizeMemory({ forms }: CompileReport): readonly string[] {
  const found = forms.flatMap(({ name, rssBytes }) =>
    rssBytes === undefined ? [] : `${name} ${formatBytes(rssBytes)}`,
  );
  return found.length === 0
    ? []
    : [`memory at its peak of a whole process with Node and ONNX Runtime: ${found.join(", ")}`];
}

function describeTotals({ form, nodes, exact, regions, refusals, sqnrDb }: RegionsReport): string {
  const sum = (of: (region: RegionReport) => number): number => regions.reduce((total, each) => total + of(each), 0);
  const workspace = Math.max(0, ...regions.map(({ workspaceBytes }) => workspaceBytes));
  const covered =
    regions.length === 0
      ? "no regions"
      : `${sum((each) => each.nodes)} of ${nodes} nodes in ${regions.length} region${regions.length === 1 ? "" : "s"} (${[
          `programs ${programSizes(regions)}`,
          `arena ${formatBytes(sum((each) => each.arenaBytes))}`,
          `packed constants ${formatBytes(sum((each) => each.weightsBytes))}`,
          ...(workspace === 0 ? [] : [`workspace ${formatBytes(workspace)} a thread`]),
        ].join(", ")})`;
  const without = new Map(regions.flatMap((region) => region.without).map(({ isa, reason }) => [isa, reason]));
  const plain = [...without].map(([isa, reason]) => `plain operators for some of it on ${isa}: ${reason}`);
  const off = exact ? [] : ["some quantized results may be a step off (--exact forbids it)"];
  return [`${form}: ${covered}`, ...plain, ...off, ...roundedProducts(regions, sqnrDb), ...topReasons(refusals)].join(
    "; ",
  );
}

/** Products in bfloat16: what was measured, and what is known without running them, the greatest of the layers' bounds. */
function roundedProducts(regions: readonly RegionReport[], sqnrDb: number | undefined): readonly string[] {
  const bounds = regions.flatMap(({ steps }) => steps.flatMap(({ errorBound }) => errorBound ?? []));
  if (bounds.length === 0) return [];
  const most = (100 * Math.max(...bounds)).toFixed(2);
  return [
    `${bounds.length} layer${bounds.length === 1 ? "" : "s"} in bfloat16${sqnrDb === undefined ? "" : ` (${sqnrDb.toFixed(1)} dB on samples)`}`,
    `a layer's sums are off by at most ${most} % of the sum of their products' sizes`,
  ];
}

/** What the programs add to the file, level by level where there are several. */
function programSizes(regions: readonly RegionReport[]): string {
  const byLevel = new Map<string, number[]>();
  for (const { isa, programBytes } of regions.flatMap((region) => [region, ...region.lesser]))
    byLevel.set(isa, [...(byLevel.get(isa) ?? []), programBytes]);
  const size = (bytes: readonly number[]): string => formatBytes(bytes.reduce((total, each) => total + each, 0));
  if (byLevel.size === 1) return [...byLevel.values()].map(size).join();
  const levels = [...byLevel].map(
    ([isa, bytes]) => `${size(bytes)} for ${isa}${bytes.length === regions.length ? "" : ` (${bytes.length} regions)`}`,
  );
  return levels.join(" + ");
}

function topReasons(refusals: RegionsReport["refusals"]): readonly string[] {
  if (refusals.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { reason } of refusals) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const named = ranked.slice(0, mostReasons).map(([reason, count]) => (count === 1 ? reason : `${count}x ${reason}`));
  const rest = ranked.length - named.length;
  return [`left out: ${named.join(", ")}${rest === 0 ? "" : ` and ${rest} more reason${rest === 1 ? "" : "s"}`}`];
}

interface Layer {
  readonly step: RegionStepReport;
  uses: number;
}

function layerRows({ regions }: RegionsReport): readonly (readonly string[])[] {
  const layers = new Map<string, Layer>();
  for (const step of regions.flatMap(({ steps }) => steps)) {
    const key = JSON.stringify([step.workload, kernelText(step), step.ns]);
    const known = layers.get(key);
    if (known === undefined) layers.set(key, { step, uses: 1 });
    else known.uses++;
  }
  const total = ({ step, uses }: Layer): number => (step.ns ?? 0) * uses;
  const rows = [...layers.values()].sort((a, b) => total(b) - total(a) || b.step.work - a.step.work);
  return [
    ["layer", "kernel", "uses", "time", "% of peak"],
    ...rows.map(({ step, uses }) => [
      step.workload,
      kernelText(step),
      String(uses),
      step.ns === undefined ? "-" : formatTime(step.ns),
      step.peakShare === undefined ? "-" : String(Math.round(step.peakShare * 100)),
    ]),
  ];
}
