import type { CompileReport, RegionsReport } from "../../events.ts";
import { formatBytes, formatDate, formatTime } from "../format.ts";
import { kernelText } from "../kernel-text.ts";
import { layerColumns, layerKinds, layerRow } from "../layers.ts";
import { barChart, folded, table } from "./charts.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { section } from "./section.ts";

/** Compiled regions: the layers that take longest, with their kernels, in the network and against ONNX Runtime where timed. */
export function regions({ regions: all }: CompileReport): Markup {
  return section("Kernels", ...all.filter(({ regions: found }) => found.length > 0).map(regionsOf));
}

const mostLayers = 25;

function regionsOf(report: RegionsReport): Markup {
  const { form, nodes, regions: found, measuredAt } = report;
  const covered = found.reduce((sum, region) => sum + region.nodes, 0);
  const sum = (of: (region: (typeof found)[number]) => number): string =>
    formatBytes(found.reduce((total, region) => total + of(region), 0));
  return html`<p>
      ${form}: ${covered} of ${nodes} nodes in ${found.length} region${found.length === 1 ? "" : "s"}; programs
      ${sum(({ programBytes }) => programBytes)}, arena ${sum(({ arenaBytes }) => arenaBytes)}, packed constants
      ${sum(({ weightsBytes }) => weightsBytes)}${measuredAt === undefined ? "" : `; timed ${formatDate(measuredAt)}`}
    </p>
    ${report.layers === undefined ? kernelsOf(report) : layersOf(report, report.layers)} `;
}

function layersOf(report: RegionsReport, layers: NonNullable<RegionsReport["layers"]>): Markup {
  const kinds = layerKinds(report, layers);
  return html`${barChart(
    titleOf(kinds.length),
    kinds.slice(0, mostLayers).map(({ workload, uses, ns, peakShare, peer }) => ({
      ...{ label: uses === 1 ? workload : `${workload} (${uses}x)`, value: ns },
      text: [
        formatTime(ns),
        ...(peakShare === undefined ? [] : [`${Math.round(peakShare * 100)} % of peak`]),
        ...(peer === undefined ? [] : [`${peer.ratio.toFixed(2)}x of ONNX Runtime`]),
      ].join(", "),
    })),
  )}
  ${folded(`All ${layers.length} layers`, table([...layerColumns], kinds.map(layerRow), { textColumns: 2 }))} `;
}

function kernelsOf({ regions: found }: RegionsReport): Markup {
  const steps = found.flatMap(({ steps: each }) => each);
  const timed = steps.filter(({ ns }) => ns !== undefined).sort((a, b) => (b.ns ?? 0) - (a.ns ?? 0));
  return html`${barChart(
    titleOf(timed.length),
    timed.slice(0, mostLayers).map(({ workload, ns = 0, peakShare }) => ({
      ...{ label: workload, value: ns },
      text: `${formatTime(ns)}${peakShare === undefined ? "" : `, ${Math.round(peakShare * 100)} % of peak`}`,
    })),
  )}
  ${folded(
    `All ${steps.length} steps`,
    table(
      ["layer", "kernel", "time"],
      steps.map((step) => [step.workload, kernelText(step), step.ns === undefined ? "–" : formatTime(step.ns)]),
      { textColumns: 2 },
    ),
  )} `;
}

function titleOf(count: number): string {
  return count > mostLayers ? `The ${mostLayers} layers that take longest, of ${count}` : "Layers by time";
}
