import { printable } from "../diagnostics/index.ts";
import type { CostReport, CostedLayer, Scenario } from "../recipes/index.ts";
import { originText, ratesText } from "../recipes/index.ts";
import { counted, formatBytes, formatEnergy, formatTable, formatTime } from "../report/index.ts";

/** Rows of the layer table; the rest is summed up, and complete with --json. */
const ROWS = 40;

/** What a model costs, for people. */
export function formatCost(report: CostReport, now: Date): string {
  const { layers, memory, fusion, machine, assumed, parameters } = report;
  const measured = !("missing" in machine);
  const asksForSparse = report.scenarios.some(({ name }) => name === "sparse");
  const byCost = [...layers].sort((a, b) => weight(b) - weight(a)).slice(0, ROWS);
  const shown = layers.filter((layer) => byCost.includes(layer));
  return [
    `${printable(report.file)}: ${layers.length} layers, ${parameters} parameters`,
    ...(assumed.length > 0
      ? [`dimensions ${assumed.map(printable).join(", ")} count as 1: --shape name:dims pins them`]
      : []),
    measured ? `this machine, ${ratesText(machine)} (${originText(machine, now)})` : `no roofline: ${machine.missing}`,
    "",
    formatTable([header(measured), ...shown.map((layer) => row(layer, measured))], 2),
    ...(shown.length < layers.length
      ? [`${layers.length - shown.length} lesser layers are not shown; --json has all`]
      : []),
    "",
    `activations: at most ${formatBytes(memory.peakBytes)} live at once, at ${printable(memory.peakNode)}; ${memory.intermediates} between nodes, ${formatBytes(memory.intermediateBytes)}`,
    `fusing (-O2) saves ${fusion.launches} ${fusion.launches === 1 ? "launch" : "launches"}, ${counted(fusion.allocations, "allocation")}, ${formatBytes(fusion.intermediateBytes)} written and read again; runtimes fuse more as they load a model, such as activations into products`,
    "",
    formatTable([scenarioHeader(measured), ...report.scenarios.map((each) => scenarioRow(each, measured))]),
    ...(asksForSparse && layers.every(({ zeroWeights = 0 }) => zeroWeights === 0)
      ? ["sparse changes nothing: no weight is zero"]
      : []),
    "energy is an estimate by published costs of arithmetic, cache and DRAM at 45 nm (Horowitz, ISSCC 2014)",
    ...(measured
      ? ["roofline: every layer by itself, every byte from memory, one thread; what is fused or cached can be faster"]
      : []),
    "",
  ].join("\n");
}

/** What decides whether a layer is worth a row. */
function weight({ roofline, macs, bytes }: CostedLayer): number {
  return roofline?.ns ?? macs + bytes;
}

function count(value: number): string {
  if (value < 1e4) return String(Math.round(value));
  if (value < 1e6) return `${(value / 1e3).toFixed(1)}k`;
  return value < 1e9 ? `${(value / 1e6).toFixed(2)}M` : `${(value / 1e9).toFixed(2)}G`;
}

function byType(bytes: CostedLayer["weightBytes"]): string {
  const parts = Object.entries(bytes).filter(([, size]) => size > 0);
  return parts.length === 0 ? "-" : parts.map(([dtype, size]) => `${formatBytes(size)} ${dtype}`).join(" + ");
}

function header(measured: boolean): readonly string[] {
  return [
    "layer",
    "operator",
    "MACs",
    "weights",
    "read",
    "written",
    "MACs/byte",
    ...(measured ? ["roofline", "bound"] : []),
  ];
}

function row(
  { name, op, macs, weightBytes, readBytes, writtenBytes, intensity, roofline }: CostedLayer,
  measured: boolean,
): readonly string[] {
  const short = name.length > 40 ? `…${name.slice(-39)}` : name;
  const bound = roofline === undefined ? [] : [formatTime(roofline.ns), roofline.bound];
  return [
    ...[short, op, count(macs), byType(weightBytes), byType(readBytes), byType(writtenBytes), intensity.toFixed(2)],
    ...(measured ? bound : []),
  ];
}

function scenarioHeader(measured: boolean): readonly string[] {
  return ["what if", "MACs", "weights", "activations", "launches", ...(measured ? ["roofline"] : []), "energy"];
}

function scenarioRow(
  { name, macs, weightBytes, activationBytes, launches, rooflineNs, energy }: Scenario,
  measured: boolean,
): readonly string[] {
  return [
    ...[
      name,
      count(macs),
      formatBytes(Math.round(weightBytes)),
      formatBytes(Math.round(activationBytes)),
      String(launches),
    ],
    ...(measured ? [formatTime(rooflineNs ?? NaN)] : []),
    formatEnergy(energy.total),
  ];
}
