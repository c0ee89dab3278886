import type { CompileReport } from "../../events.ts";
import { counted, formatDate } from "../format.ts";
import { barChart, folded, table } from "./charts.ts";
import type { Fields } from "./fields.ts";
import { isFields } from "./fields.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { ranges } from "./ranges.ts";
import { section } from "./section.ts";

const fieldsIn = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

/** When what follows was observed, or that it is not known: ranges that were only read tell neither. */
function observedText({ calibration, observedAt }: Fields): string {
  if (typeof observedAt === "string") return `Observed ${formatDate(observedAt)}.`;
  return calibration === undefined
    ? ""
    : "The ranges were read from a file: what was observed when they were made is in the report of that run.";
}

/** How INT8 ranges were chosen, and which nodes stayed float. The report leaves this part open, so it is read with care. */
export function quantization({ quantization: part }: CompileReport): Markup {
  if (!isFields(part)) return html``;
  if (typeof part["refused"] === "string") return section("INT8", html`<p>No INT8 form: ${part["refused"]}</p> `);
  const candidates = fieldsIn(part["candidates"]).flatMap(({ method, biasCorrection, sqnrDb }) =>
    typeof method === "string" && typeof sqnrDb === "number"
      ? [
          {
            ...{ name: `${method}${biasCorrection === true ? " + bias" : ""}`, sqnrDb },
            isChosen: method === part["chosen"] && biasCorrection === part["biasCorrection"],
          },
        ]
      : [],
  );
  const floats = fieldsIn(part["floatNodes"]).map(({ node, reason }) => [String(node), String(reason)]);
  return section(
    "INT8",
    html`<p>
      ${counted(Number(part["int8Nodes"] ?? 0), "node")} in INT8, ${floats.length} in float; ranges by
      ${String(part["chosen"])}, from ${counted(Number(part["samples"] ?? 0), "sample")}. ${observedText(part)}
    </p> `,
    barChart(
      "Signal to quantization noise on held-out samples, by method",
      candidates.map(({ name, sqnrDb, isChosen }) => ({
        ...{ label: name, value: Math.max(0, sqnrDb), text: `${sqnrDb.toFixed(1)} dB` },
        strong: isChosen,
      })),
    ),
    ...ranges(part),
    floats.length > 0 &&
      folded(`${counted(floats.length, "node")} in float`, table(["node", "why"], floats, { textColumns: 2 })),
  );
}
