import type { LayerReport, RegionsReport, RegionStepReport } from "../events.ts";
import { formatTable, formatTime } from "./format.ts";
import { kernelText } from "./kernel-text.ts";

/** Rows for the kinds of layers that take most of the time; those that lose against ONNX Runtime have theirs in any case. */
const mostRows = 12;

/** A layer below this ratio is told however little time it takes. */
const losing = 0.95;

/** Layers with the same kernel for the same workload, against the same operators. */
export interface LayerKind extends Figures {
  readonly workload: string;
  readonly kernel: string;
  readonly uses: number;
}

/** Layers in the network, those that take longest first, with what the others come to. */
export function describeLayers(report: RegionsReport, layers: readonly LayerReport[]): readonly string[] {
  const kinds = layerKinds(report, layers);
  const shown = kinds.filter((kind, rank) => rank < mostRows || (kind.peer?.ratio ?? 1) < losing);
  const rest = kinds.filter((kind) => !shown.includes(kind));
  const rows = [
    layerColumns,
    ...shown.map(layerRow),
    ...(rest.length === 0 ? [] : [layerRow(together("others", rest))]),
    layerRow(together("all", kinds)),
  ];
  return formatTable(rows, 2).split("\n");
}

/** What {@link layerRow} tells; the first two are text. */
export const layerColumns = ["layer", "kernel", "uses", "time", "share", "% of peak", "ONNX Runtime", "ratio"] as const;

/** A row of a table. */
export function layerRow({ workload, kernel, uses, ns, share, peakShare, peer }: LayerKind): readonly string[] {
  return [
    ...[workload, kernel, String(uses), formatTime(ns), `${(share * 100).toFixed(1)} %`],
    peakShare === undefined ? "-" : String(Math.round(peakShare * 100)),
    ...(peer === undefined ? ["not comparable", "-"] : [formatTime(peer.ns), `${peer.ratio.toFixed(2)}x`]),
  ];
}

function together(workload: string, kinds: readonly LayerKind[]): LayerKind {
  return { workload, kernel: "", uses: kinds.reduce((sum, { uses }) => sum + uses, 0), ...sumOf(kinds) };
}

/** Layers of one kind together, in the order of their time. */
export function layerKinds(report: RegionsReport, layers: readonly LayerReport[]): readonly LayerKind[] {
  const kinds = new Map<string, { readonly step: RegionStepReport; readonly layers: LayerReport[] }>();
  for (const layer of layers) {
    const step = mainStep(report, layer);
    const key = JSON.stringify([step.workload, kernelText(step), layer.peer?.operators]);
    const kind = kinds.get(key) ?? { step, layers: [] };
    kind.layers.push(layer);
    kinds.set(key, kind);
  }
  return [...kinds.values()]
    .map(({ step, layers: own }) => ({
      ...{ workload: step.workload, kernel: kernelText(step), uses: own.length, ...sumOf(own) },
    }))
    .sort((a, b) => b.ns - a.ns);
}

/** The step of a layer that takes longest. */
function mainStep({ regions }: RegionsReport, { steps }: LayerReport): RegionStepReport {
  const own = steps.flatMap(({ region, step }) => regions.find(({ name }) => name === region)?.steps[step] ?? []);
  const [longest] = own.sort((a, b) => (b.networkNs ?? 0) - (a.networkNs ?? 0));
  if (longest === undefined) throw new Error("a layer has no step");
  return longest;
}

/** Times of one or more layers. */
type Figures = Pick<LayerReport, "ns" | "share" | "peakShare"> & {
  readonly peer?: Pick<NonNullable<LayerReport["peer"]>, "ns" | "ratio">;
};

/** Layers together; the ratio is that of those which can be compared. */
function sumOf(layers: readonly Figures[]): Figures {
  const total = (of: (layer: Figures) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0);
  const peerNs = total(({ peer }) => peer?.ns ?? 0);
  const comparedNs = total(({ ns, peer }) => (peer === undefined ? 0 : ns));
  const leastNs = total(({ ns, peakShare = 0 }) => ns * peakShare);
  const ns = total((layer) => layer.ns);
  return {
    ...{ ns, share: total(({ share }) => share) },
    ...(layers.every(({ peakShare }) => peakShare !== undefined) ? { peakShare: leastNs / ns } : {}),
    ...(comparedNs === 0 ? {} : { peer: { ns: peerNs, ratio: peerNs / comparedNs } }),
  };
}
