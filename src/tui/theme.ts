/** Marks that the views are drawn with; those of plain ASCII serve terminals that are not told to be UTF-8. */
export interface Glyphs {
  readonly done: string;
  readonly running: string;
  readonly failed: string;
  readonly paused: string;
  readonly ellipsis: string;
  readonly arrow: string;
  readonly separator: string;
  readonly rule: string;
  /** Of a progress bar: filled and not. */
  readonly bar: readonly [string, string];
  /** Levels of a sparkline, from low to high. */
  readonly levels: readonly string[];
}

/** What views look like. */
export interface Theme {
  readonly glyphs: Glyphs;
  /** Undefined where no colour is wanted. */
  readonly good: "green" | undefined;
  readonly bad: "red" | undefined;
  readonly active: "cyan" | undefined;
  readonly warning: "yellow" | undefined;
}

const unicode: Glyphs = {
  ...{ done: "✓", running: "▸", failed: "✗", paused: "‖", ellipsis: "…", arrow: "→", separator: "·", rule: "─" },
  bar: ["█", "░"],
  levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
};

const ascii: Glyphs = {
  ...{ done: "+", running: ">", failed: "x", paused: "=", ellipsis: "~", arrow: "->", separator: "-", rule: "-" },
  bar: ["#", "."],
  levels: ["_", ".", "-", "=", "*", "#"],
};

/** The theme for an environment: `NO_COLOR` and the character set of the locale are heeded. */
export function themeFor(environment: Readonly<Record<string, string | undefined>>): Theme {
  const { NO_COLOR: noColor = "", LC_ALL: all = "", LC_CTYPE: characters = "", LANG: language = "" } = environment;
  const locale = [all, characters, language].find((value) => value !== "") ?? "";
  const isPlain = noColor !== "";
  // Only a locale that names another character set is taken at its word: many containers set none, and show UTF-8 well.
  const isAscii = /^(?:C|POSIX)$|\.(?!utf-?8)/iu.test(locale);
  return {
    glyphs: isAscii ? ascii : unicode,
    ...(isPlain
      ? { good: undefined, bad: undefined, active: undefined, warning: undefined }
      : { good: "green", bad: "red", active: "cyan", warning: "yellow" }),
  };
}
