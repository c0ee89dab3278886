import type { LayerReport, RegionsReport, RegionStepReport } from "../events.ts";
import { formatTable, formatTime } from "./format.ts";
import { kernelText } from "./kernel-text.ts";

/** Rows for the layers that take most of the time; those that lose against ONNX Runtime have theirs in any case. */
const mostRows = 12;

/** A layer below this ratio is told however little time it takes. */
const losing = 0.95;

/** Layers in the network, those that take longest first, with what the others come to. */
export function describeLayers(report: RegionsReport, layers: readonly LayerReport[]): readonly string[] {
  const ranked = layers.toSorted((a, b) => b.ns - a.ns);
  const shown = ranked.filter((layer, rank) => rank < mostRows || isLosing(layer));
  const rest = ranked.filter((layer) => !shown.includes(layer));
  const rows = [
    ["layer", "kernel", "time", "share", "% of peak", "ONNX Runtime", "ratio"],
    ...shown.map((layer) => {
      const step = mainStep(report, layer);
      return [step.workload, kernelText(step), ...figures(layer)];
    }),
    ...(rest.length === 0 ? [] : [[`${rest.length} more`, "", ...figures(sumOf(rest))]]),
    ["all", "", ...figures(sumOf(ranked))],
  ];
  return formatTable(rows, 2).split("\n");
}

function isLosing({ peer }: LayerReport): boolean {
  return peer !== undefined && peer.ratio < losing;
}

/** The step of a layer that takes longest. */
function mainStep({ regions }: RegionsReport, { steps }: LayerReport): RegionStepReport {
  const own = steps.flatMap(({ region, step }) => regions.find(({ name }) => name === region)?.steps[step] ?? []);
  const [longest] = own.sort((a, b) => (b.networkNs ?? 0) - (a.networkNs ?? 0));
  if (longest === undefined) throw new Error("a layer has no step");
  return longest;
}

type Figures = Pick<LayerReport, "ns" | "share" | "peakShare"> & {
  readonly peer?: Pick<NonNullable<LayerReport["peer"]>, "ns" | "ratio">;
};

function figures({ ns, share, peakShare, peer }: Figures): readonly string[] {
  return [
    formatTime(ns),
    `${(share * 100).toFixed(1)} %`,
    peakShare === undefined ? "-" : String(Math.round(peakShare * 100)),
    ...(peer === undefined ? ["not comparable", "-"] : [formatTime(peer.ns), `${peer.ratio.toFixed(2)}x`]),
  ];
}

/** Layers together; the ratio is that of those which can be compared. */
function sumOf(layers: readonly LayerReport[]): Figures {
  const total = (of: (layer: LayerReport) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0);
  const peerNs = total(({ peer }) => peer?.ns ?? 0);
  const comparedNs = total(({ ns, peer }) => (peer === undefined ? 0 : ns));
  return {
    ...{ ns: total(({ ns }) => ns), share: total(({ share }) => share) },
    ...(comparedNs === 0 ? {} : { peer: { ns: peerNs, ratio: peerNs / comparedNs } }),
  };
}
