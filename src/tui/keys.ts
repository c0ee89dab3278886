/** What a person may press. */
export type Key =
  | "stop"
  | "pause"
  | "help"
  | "close"
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "home"
  | "end"
  | "interrupt"
  | "suspend"
  | "redraw";

/** What terminals send. Arrows come in two ways, by the mode the terminal is in. */
const sequences: Readonly<Record<string, Key>> = {
  q: "stop",
  Q: "stop",
  p: "pause",
  P: "pause",
  "?": "help",
  h: "help",
  k: "up",
  j: "down",
  g: "home",
  G: "end",
  " ": "page-down",
  b: "page-up",
  "\u0003": "interrupt",
  "\u001a": "suspend",
  "\u000c": "redraw",
  "\u001b": "close",
  "\u001b[A": "up",
  "\u001bOA": "up",
  "\u001b[B": "down",
  "\u001bOB": "down",
  "\u001b[5~": "page-up",
  "\u001b[6~": "page-down",
  "\u001b[H": "home",
  "\u001bOH": "home",
  "\u001b[1~": "home",
  "\u001b[F": "end",
  "\u001bOF": "end",
  "\u001b[4~": "end",
};

// An escape sequence, or one character. What it holds is named by no key where it is unknown.
// oxlint-disable-next-line no-control-regex
const unit = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O[@-~])|[\s\S]/gu;

/** The keys in what a terminal sent; what means nothing is left out. */
export function keysOf(input: string): readonly Key[] {
  return [...input.matchAll(unit)].flatMap(([text]) => sequences[text] ?? []);
}
