import type { CompileReport, TuningHistory } from "../../events.ts";
import { counted, formatDate, formatTime } from "../format.ts";
import { folded, moreInJson } from "./charts.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { section } from "./section.ts";

/** So many searches are open; the others are folded, as far as a page should hold them. */
const open = 12;
const most = 240;

/** How the searches went: the best so far against the candidates tried, those that gained most first. */
export function tuningHistory({ tuning }: CompileReport): Markup {
  const timed = tuning.filter(({ best }) => best.length > 0);
  if (timed.length === 0) return html``;
  const ranked = [...timed].sort((a, b) => gainOf(b) - gainOf(a));
  const tried = tuning.reduce((sum, search) => sum + search.tried, 0);
  const failed = tuning.reduce((sum, search) => sum + search.failed, 0);
  const searches = `${tuning.length} ${tuning.length === 1 ? "search" : "searches"}`;
  const summary = `${searches}, ${counted(tried, "candidate")} tried, ${failed} failed.`;
  const figures = (shown: readonly TuningHistory[]): Markup => html`<div class="histograms">${shown.map(curve)}</div> `;
  const rest = ranked.slice(open, most);
  return section(
    "Tuning",
    html`<p>${summary} ${recordedText(tuning)}</p>
      <p class="dim">
        The best time so far, from the first candidate (left) to the last; the foot is the best found.
      </p> `,
    figures(ranked.slice(0, open)),
    rest.length > 0 &&
      folded(`${ranked.length - open} more ${ranked.length - open === 1 ? "search" : "searches"}`, [
        figures(rest),
        moreInJson(ranked.length - most, "curve"),
      ]),
  );
}

/** How many of them were replayed, and from when their trials are. */
function recordedText(tuning: readonly TuningHistory[]): string {
  const times = tuning.flatMap(({ recordedAt }) => recordedAt ?? []).sort();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return "";
  const [from, to] = [formatDate(first), formatDate(last)];
  const when = from === to ? from : `${from} to ${to}`;
  return `${times.length === tuning.length ? "All" : times.length} replayed from the records of ${when}.`;
}

function gainOf({ best }: TuningHistory): number {
  return (best[0]?.ns ?? 1) / (best.at(-1)?.ns ?? 1);
}

const width = 160;
const height = 44;

function curve(search: TuningHistory): Markup {
  const { workload, threads, tried, best } = search;
  const [first, last] = [best[0]?.ns ?? 1, best.at(-1)?.ns ?? 1];
  const span = first - last;
  const x = (after: number): string => (tried <= 1 ? 0 : ((after - 1) / (tried - 1)) * width).toFixed(1);
  const y = (ns: number): string =>
    (span > 0 ? height - ((ns - last) / span) * (height - 2) - 1 : height / 2).toFixed(1);
  const path = best.map(({ after, ns }, i) => (i === 0 ? `M${x(after)} ${y(ns)}` : `H${x(after)}V${y(ns)}`)).join("");
  const text = `${formatTime(first)} to ${formatTime(last)}, ${gainOf(search).toFixed(2)}x in ${tried}`;
  return html`<figure class="histogram">
    <figcaption title="${workload}">${workload}, ${threads}t</figcaption>
    <svg viewBox="0 -1 ${width} ${height + 2}" role="img" aria-label="${workload}: ${text}">
      <path class="curve" d="${path}H${width}"></path>
    </svg>
    <span class="dim">${text}</span>
  </figure> `;
}
