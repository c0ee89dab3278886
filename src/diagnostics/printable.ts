/** What a terminal or a log would obey instead of showing: control characters, and marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/** Names of models and layers come from files: what could steer a terminal, or begin a line of its own, becomes a mark. */
export function printable(text: string): string {
  return text.replace(unprintable, "\ufffd");
}
