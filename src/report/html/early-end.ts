import type { EarlyEnd } from "../../events.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";

const texts: Readonly<Record<EarlyEnd, string>> = {
  stopped: "The search was stopped on request before it was done: the best so far was taken.",
  budget: "The budget ended the search before it was done: the best so far was taken.",
};

/** A line for a search that was not done; nothing for one that was. */
export function earlyEnd(endedBy: EarlyEnd | undefined): Markup | undefined {
  return endedBy === undefined ? undefined : html`<p class="warn">${texts[endedBy]}</p> `;
}
