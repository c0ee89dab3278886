import type { CompileReport, LayerAccuracyReport } from "../../events.ts";
import { counted, formatDate } from "../format.ts";
import { barChart, folded, table } from "./charts.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { section } from "./section.ts";

/** So many layers have a bar; the table has all. */
const charted = 15;

/** Where the INT8 form loses accuracy, the layers that lose most first, and what was left in float for it. */
export function layerAccuracy({ layerAccuracy: part }: CompileReport): Markup {
  if (part === undefined || part.layers.length === 0) return html``;
  const { form, layers, keptFloat, reason } = part;
  const kept = new Set(keptFloat.map(({ node }) => node));
  const ranked = [...layers].sort((a, b) => a.ownDb - b.ownDb);
  const noiseOf = (db: number): number => 10 ** (-db / 20);
  const rows = layers.map(({ node, op, ownDb, sqnrDb }) => [
    op,
    node,
    `${ownDb.toFixed(1)} dB`,
    `${sqnrDb.toFixed(1)} dB`,
    kept.has(node) ? "float in the mixed form" : "",
  ]);
  return section(
    "Accuracy by layer",
    html`<p>${form}: ${reason}. ${judgedText(part)}</p> `,
    barChart(
      "Noise that each layer adds by itself, as a share of its result; the worst first",
      ranked.slice(0, charted).map(({ node, op, ownDb }) => ({
        ...{ label: `${op} ${node}`, value: noiseOf(ownDb), text: `${ownDb.toFixed(1)} dB`, strong: kept.has(node) },
      })),
    ),
    keptFloat.length > 0 &&
      folded(
        `${counted(keptFloat.length, "layer")} in float to keep the bound`,
        table(
          ["node", "chosen by"],
          keptFloat.map(({ node, reason: why }) => [node, why]),
          { textColumns: 2 },
        ),
      ),
    folded(
      `All ${layers.length} layers`,
      table(["operator", "node", "own", "up to here", ""], rows, { textColumns: 2 }),
    ),
  );
}

/** On how much it was found, and when. */
function judgedText({ samples, measuredAt }: LayerAccuracyReport): string {
  return `On ${counted(samples, "sample")}${measuredAt === undefined ? "" : `, ${formatDate(measuredAt)}`}.`;
}
