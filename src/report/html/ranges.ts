import type { Fields } from "./fields.ts";
import { isFields, isNumber } from "./fields.ts";
import { folded, moreInJson } from "./charts.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";

/** So many histograms are open; the others are folded, as far as a page should hold them. */
const open = 12;
const most = 120;

interface Activation {
  readonly value: string;
  readonly min: number;
  readonly max: number;
  readonly low: number;
  readonly high: number;
  readonly clipped: number;
  readonly counts: readonly number[];
}

/** What was observed of each activation, with the range that INT8 holds of it; those that lose most to clipping first. */
export function ranges(part: Fields): readonly Markup[] {
  const all = (Array.isArray(part["activations"]) ? part["activations"] : []).filter(isActivation);
  if (all.length === 0) return [];
  const ranked = [...all].sort((a, b) => b.clipped - a.clipped);
  const figure = (shown: readonly Activation[]): Markup => html`<div class="histograms">${shown.map(histogram)}</div> `;
  const rest = ranked.slice(open, most);
  return [
    html`<p class="dim">
      What was observed of each activation, counts on a logarithmic scale; the line below is the range that INT8 holds.
    </p> `,
    figure(ranked.slice(0, open)),
    ...(rest.length === 0
      ? []
      : [
          folded(`${ranked.length - open} more activations`, [
            figure(rest),
            moreInJson(ranked.length - most, "activation"),
          ]),
        ]),
  ];
}

function isActivation(value: unknown): value is Activation {
  if (!isFields(value)) return false;
  const { counts } = value as Partial<Activation>;
  const numbers = [value["min"], value["max"], value["low"], value["high"], value["clipped"]];
  return (
    numbers.every(isNumber) && Array.isArray(counts) && counts.every(isNumber) && typeof value["value"] === "string"
  );
}

const width = 160;
const height = 44;

function histogram({ value, min, max, low, high, clipped, counts }: Activation): Markup {
  const most = Math.log1p(Math.max(...counts));
  const step = width / counts.length;
  const path = counts
    .map(
      (count, i) =>
        `${i === 0 ? "M0" : `L${(i * step).toFixed(1)}`} ${(height - (Math.log1p(count) / most) * height).toFixed(1)}H${((i + 1) * step).toFixed(1)}`,
    )
    .join("");
  const at = (x: number): number => Math.max(0, Math.min(width, max > min ? ((x - min) / (max - min)) * width : 0));
  const text =
    clipped === 0 ? "clips nothing" : `clips ${clipped < 1e-4 ? "under 0.01" : (clipped * 100).toFixed(2)} %`;
  return html`<figure class="histogram">
    <figcaption title="${value}">${value}</figcaption>
    <svg viewBox="0 -1 ${width} ${height + 6}" role="img" aria-label="${value}: ${text}">
      <path class="counts" d="${path}V${height}H0Z"></path>
      <line x1="${at(low).toFixed(1)}" x2="${at(high).toFixed(1)}" y1="${height + 3}" y2="${height + 3}"></line>
    </svg>
    <span class="dim">${number(low, high - low)} to ${number(high, high - low)}, ${text}</span>
  </figure> `;
}

/** Three digits; what is nothing beside the span of the range is 0. */
function number(value: number, span: number): string {
  return Math.abs(value) < span * 1e-4 ? "0" : Number(value.toPrecision(3)).toString();
}
