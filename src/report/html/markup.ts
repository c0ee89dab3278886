/** Text that is markup already: nothing in it needs to be escaped. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, lists are joined, undefined and false are nothing. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function text(content: Content): string {
  if (content === undefined || content === false) return "";
  if (typeof content === "string" || typeof content === "number")
    return String(content).replace(/[&<>"']/g, (character) => entities[character] ?? "");
  return "markup" in content ? content.markup : content.map(text).join("");
}

/** A template of HTML whose values are escaped, so that no name out of a model becomes markup. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return { markup: parts.map((part, i) => part + text(values[i])).join("") };
}
