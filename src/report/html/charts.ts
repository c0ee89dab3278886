import { counted } from "../format.ts";
import type { Content, Markup } from "./markup.ts";
import { html } from "./markup.ts";

/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  /** Length of the bar. */
  readonly value: number;
  /** Ends of a whisker, and a tick between, in the unit of `value`. */
  readonly low?: number;
  readonly tick?: number;
  readonly high?: number;
  /** What stands beside the bar. */
  readonly text: string;
  /** The written form stands out. */
  readonly strong?: boolean;
}

const percent = (value: number, most: number): string =>
  `${most > 0 ? Math.min(100, Math.max(0, (value / most) * 100)).toFixed(2) : "0"}%`;

/** Labels longer than this many characters get a wider column. */
const longLabel = 18;

/** Horizontal bars on one scale from zero; without bars nothing. */
export function barChart(caption: string, bars: readonly Bar[]): Markup {
  if (bars.length === 0) return html``;
  const most = Math.max(...bars.map(({ value, high }) => Math.max(value, high ?? 0)));
  return html`<figure class="${chartClass(bars)}">
    <figcaption>${caption}</figcaption>
    ${bars.map((bar) => barRow(bar, most))}
  </figure> `;
}

function chartClass(rows: readonly { readonly label: string }[]): string {
  return rows.some(({ label }) => label.length > longLabel) ? "chart wide" : "chart";
}

function barRow({ label, value, low, tick, high, text, strong }: Bar, most: number): Markup {
  const whisker =
    low === undefined || high === undefined
      ? undefined
      : html`<i class="whisker" style="left:${percent(low, most)};width:${percent(high - low, most)}"></i>`;
  const mark = tick === undefined ? undefined : html`<i class="tick" style="left:${percent(tick, most)}"></i>`;
  return html`<div class="${strong === true ? "row strong" : "row"}">
    <span class="label" title="${label}">${label}</span>
    <span class="track"><i class="bar" style="width:${percent(value, most)}"></i>${whisker}${mark}</span>
    <span class="value">${text}</span>
  </div> `;
}

/** Two bars for each name on one scale; without other words before and after. */
export function pairChart(
  caption: string,
  pairs: readonly { readonly label: string; readonly before: number; readonly after: number }[],
  {
    before: first = "before",
    after: second = "after",
    between = "→",
    format = String,
  }: {
    readonly before?: string;
    readonly after?: string;
    /** Between the two values. */
    readonly between?: string;
    readonly format?: (value: number) => string;
  } = {},
): Markup {
  if (pairs.length === 0) return html``;
  const most = Math.max(...pairs.map(({ before, after }) => Math.max(before, after)));
  return html`<figure class="${chartClass(pairs)}">
    <figcaption>
      ${caption} <span class="key before">${first}</span> <span class="key after">${second}</span>
    </figcaption>
    ${pairs.map(
      ({ label, before, after }) =>
        html`<div class="row">
          <span class="label" title="${label}">${label}</span>
          <span class="track pair"
            ><i class="bar before" style="width:${percent(before, most)}"></i
            ><i class="bar" style="width:${percent(after, most)}"></i
          ></span>
          <span class="value">${format(before)} ${between} ${format(after)}</span>
        </div> `,
    )}
  </figure> `;
}

/** A page holds so many rows of a table: the largest models have thousands of layers, and report.json has them all. */
const mostRows = 300;

/** A line that tells how many of something are left to report.json; nothing for none. */
export function moreInJson(count: number, noun: string): Markup | undefined {
  return count <= 0 ? undefined : html`<p class="dim">${counted(count, `more ${noun}`)} in report.json.</p> `;
}

/** A table that scrolls by itself on narrow screens: the first `textColumns`, and with `textLast` the last, to the left. */
export function table(
  header: readonly string[],
  rows: readonly (readonly Content[])[],
  {
    textColumns = 1,
    textLast = false,
    strong,
  }: { readonly textColumns?: number; readonly textLast?: boolean; readonly strong?: number } = {},
): Markup {
  const kind = (index: number): string =>
    index < textColumns || (textLast && index === header.length - 1) ? "text" : "number";
  const cell = (tag: "td" | "th", content: Content, index: number): Markup =>
    tag === "td" ? html`<td class="${kind(index)}">${content}</td>` : html`<th class="${kind(index)}">${content}</th>`;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${header.map((name, index) => cell("th", name, index))}
        </tr>
      </thead>
      <tbody>
        ${rows.slice(0, mostRows).map(
          (row, index) =>
            html`<tr class="${index === strong ? "strong" : ""}">
              ${row.map((content, column) => cell("td", content, column))}
            </tr> `,
        )}
      </tbody>
    </table>
    ${moreInJson(rows.length - mostRows, "row")}
  </div> `;
}

/** A list that is folded up until somebody wants it. */
export function folded(title: string, content: Content): Markup {
  return html`<details>
    <summary>${title}</summary>
    ${content}
  </details> `;
}
