import type { Content, Markup } from "./markup.ts";
import { html } from "./markup.ts";

/** A titled part of the page; nothing where there is no content. */
export function section(title: string, ...content: readonly Content[]): Markup {
  const parts = content.filter((part) => part !== undefined && part !== false);
  if (parts.length === 0) return html``;
  return html`<section>
    <h2>${title}</h2>
    ${parts}
  </section> `;
}
