import type { CompileReport, PrecisionGroupReport, PrecisionReport, RewriteReport } from "../../events.ts";
import { counted, formatTime } from "../format.ts";
import type { Bar } from "./charts.ts";
import { barChart, folded, pairChart, table } from "./charts.ts";
import { earlyEnd } from "./early-end.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { mixturesTried } from "./mixtures-tried.ts";
import { section } from "./section.ts";

/** Which layers are INT8 for ONNX Runtime: what was decided, the mixtures that were timed, and each group of like layers. */
export function precision({ formTuning }: CompileReport): Markup {
  const part = formTuning?.precision;
  if (part === undefined || part.groups.length === 0) return html``;
  const { groups, rewrites = [], mixtures = [], tried, failed, reason, endedBy } = part;
  return section(
    "Precision of layers",
    html`<p>
      <strong>${decisionText(groups)}</strong> ${reason}; ${counted(tried, "mixture")}
      tried${failed === 0 ? "" : `, ${failed} failed`}.
    </p> `,
    barChart("The whole network, least time in the search", wholeBars(part)),
    mixturesTried(mixtures, groups.length),
    pairChart(
      "Groups of like layers, time in ONNX Runtime's profile",
      groups
        .filter(({ floatNs, int8Ns }) => floatNs + int8Ns > 0)
        .map(({ name, floatNs, int8Ns }) => ({ label: name, before: floatNs, after: int8Ns })),
      { before: "float", after: "INT8", between: "·", format: timeText },
    ),
    table(
      ["group", "why", "precision", "layers", "float", "INT8", "otherwise"],
      groups.map((group) => [
        ...[group.name, group.reason, group.precision === "int8" ? "INT8" : "float", group.layers.length],
        ...[timeText(group.floatNs), timeText(group.int8Ns), otherwiseText(group)],
      ]),
      { textColumns: 2 },
    ),
    rewriteTable(rewrites),
    html`<p class="dim">Otherwise: how much longer the whole network takes with only this decided the other way.</p> `,
    earlyEnd(endedBy),
    folded(
      "Layers of each group",
      table(
        ["group", "nodes"],
        groups.map(({ name, layers }) => [name, namesText(layers)]),
        { textColumns: 2 },
      ),
    ),
  );
}

function decisionText(groups: readonly PrecisionGroupReport[]): string {
  const float = groups.filter(({ precision: decided }) => decided === "float").length;
  if (float === 0) return "All layers that can be are INT8.";
  if (float === groups.length) return "No layer gains by INT8.";
  return `INT8 and float are mixed: ${float} of ${counted(groups.length, "group")} of layers stay${float === 1 ? "s" : ""} float.`;
}

/** Other spellings of the model that could be chosen, and whether they were. */
function rewriteTable(rewrites: readonly RewriteReport[]): Markup | undefined {
  if (rewrites.length === 0) return undefined;
  return table(
    ["other spelling", "why", "taken", "places", "otherwise"],
    rewrites.map((each) => [
      html`${each.name}<br /><span class="dim">${each.summary}</span>`,
      ...[each.reason, each.taken ? "yes" : "no", each.places, otherwiseText(each)],
    ]),
    { textColumns: 2 },
  );
}

/** All float, all INT8 and, where it is neither of them plainly, what was chosen. */
function wholeBars({ groups, rewrites = [], floatNs, int8Ns, chosenNs }: PrecisionReport): readonly Bar[] {
  const float = groups.filter(({ precision: decided }) => decided === "float").length;
  const isPlain = (float === 0 || float === groups.length) && !rewrites.some(({ taken }) => taken);
  const bar = (label: string, ns: number | undefined, strong: boolean): readonly Bar[] =>
    ns === undefined
      ? []
      : [
          {
            ...{ label, value: ns, strong },
            text: `${formatTime(ns)}${int8Ns === undefined || ns === int8Ns ? "" : `, ${(int8Ns / ns).toFixed(2)}x of all INT8`}`,
          },
        ];
  return [
    ...bar("all float", floatNs, isPlain && float > 0),
    ...bar("all INT8", int8Ns, isPlain && float === 0),
    ...(isPlain ? [] : bar("as chosen", chosenNs, true)),
  ];
}

/** Names of layers are told as far as a page should hold them. */
const mostNames = 100;

function namesText(names: readonly string[]): string {
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${more} more in report.json` : ""}`;
}

function timeText(ns: number): string {
  return ns === 0 ? "–" : formatTime(ns);
}

function otherwiseText({ otherwise }: Pick<PrecisionGroupReport, "otherwise">): string {
  if (otherwise === undefined) return "–";
  const share = (otherwise - 1) * 100;
  return `${share < 0 ? "−" : "+"}${Math.abs(share).toFixed(1)} %`;
}
