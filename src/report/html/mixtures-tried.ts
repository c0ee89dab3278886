import type { TriedMixture } from "../../events.ts";
import { counted, formatTime } from "../format.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";

/** Each mixture of a search as a dot, in the order of trials, over the best so far; nothing for fewer than two. */
export function mixturesTried(mixtures: readonly TriedMixture[], groups: number): Markup | undefined {
  const timed = mixtures.flatMap(({ floatGroups, ns }) => (ns === undefined ? [] : [{ floatGroups, ns }]));
  if (timed.length < 2) return undefined;
  const times = timed.map(({ ns }) => ns);
  const [least, most] = [Math.min(...times), Math.max(...times)];
  const span = Math.log(most / least);
  const x = (index: number): number => ((index + 0.5) / timed.length) * 100;
  // Of logarithms, so that one slow mixture leaves the others apart.
  const y = (ns: number): number => (span > 0 ? 6 + (Math.log(most / ns) / span) * 88 : 50);
  let best = Infinity;
  const line = timed
    .map(({ ns }, index) => {
      best = Math.min(best, ns);
      return index === 0
        ? `M${x(0).toFixed(2)} ${y(best).toFixed(2)}`
        : `H${x(index).toFixed(2)}V${y(best).toFixed(2)}`;
    })
    .join("");
  const label = `from ${formatTime(most)} to ${formatTime(least)} in ${counted(timed.length, "mixture")}`;
  return html`<figure class="dots">
    <figcaption>
      Mixtures in the order they were tried: each dot the least time of one, the lower the faster; the line is the best
      so far. Who wins is decided by a race of the best, not here.
    </figcaption>
    <div class="field">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${label}">
        <path class="curve" d="${line}H100"></path>
      </svg>
      ${timed.map(
        ({ floatGroups, ns }, index) =>
          html`<i
            class="dot"
            style="left:${x(index).toFixed(2)}%;top:${y(ns).toFixed(2)}%"
            title="${floatGroups} of ${groups} groups in float: ${formatTime(ns)}"
          ></i>`,
      )}
    </div>
    <span class="dim">${label}</span>
  </figure> `;
}
