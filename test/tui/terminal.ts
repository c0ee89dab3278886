import { displayWidth } from "../../src/tui/text.ts";

/** A small terminal: the screen and its modes, as far as the terminal interface uses them. Throws on what it does not know. */
export interface TestTerminal {
  write(text: string): void;
  resize(columns: number, rows: number): void;
  /** Lines of the screen that is shown, without trailing blanks. */
  readonly lines: readonly string[];
  /** Lines of the shell's screen and of its scrollback. */
  readonly shell: readonly string[];
  readonly isAlternate: boolean;
  readonly isCursorShown: boolean;
  readonly wraps: boolean;
  /** Frames shown so far: synchronized updates that are complete. */
  readonly frames: number;
  /** An update that was begun and has not ended. */
  readonly isMidFrame: boolean;
}

/** A grid of cells; the second cell of a wide character is empty. */
interface Grid {
  rows: string[][];
  row: number;
  column: number;
}

// oxlint-disable-next-line no-control-regex
const unit = /\u001b\[([?>]?)([0-9;]*)([A-Za-z])|\r|\n|[^\u001b]/gu;

/** Makes a terminal. */
export function testTerminal(initialColumns: number, initialRows: number): TestTerminal {
  let [columns, height] = [initialColumns, initialRows];
  const blank = (): Grid => ({ rows: [[]], row: 0, column: 0 });
  const shell = blank();
  let other = blank();
  let isAlternate = false;
  let isCursorShown = true;
  let wraps = true;
  let isMidFrame = false;
  let frames = 0;
  let pending = "";
  const grid = (): Grid => (isAlternate ? other : shell);
  const lineOf = (at: Grid): string[] => {
    while (at.rows.length <= at.row) at.rows.push([]);
    return at.rows[at.row] as string[];
  };
  const put = (character: string): void => {
    const at = grid();
    const width = displayWidth(character);
    if (at.column + width > columns) {
      // Without wrapping the last column is written over and over.
      if (!wraps) at.column = columns - width;
      else [at.row, at.column] = [at.row + 1, 0];
    }
    const line = lineOf(at);
    while (line.length < at.column) line.push(" ");
    line[at.column] = character;
    if (width === 2) line[at.column + 1] = "";
    at.column += width;
  };
  const mode = (number: string, isSet: boolean): void => {
    if (number === "1049") {
      if (isSet) other = blank();
      isAlternate = isSet;
    } else if (number === "25") isCursorShown = isSet;
    else if (number === "7") wraps = isSet;
    else if (number === "2026") {
      if (isMidFrame && !isSet) frames++;
      isMidFrame = isSet;
    } else throw new Error(`unknown mode ${number}`);
  };
  const control = (prefix: string, parameters: string, letter: string): void => {
    const at = grid();
    const [first = "", second = ""] = parameters.split(";");
    if (prefix === "?" && (letter === "h" || letter === "l")) return mode(parameters, letter === "h");
    if (letter === "H") [at.row, at.column] = [Number(first || 1) - 1, Number(second || 1) - 1];
    else if (letter === "K") {
      const line = lineOf(at);
      if (first === "2") line.length = 0;
      else line.length = Math.min(line.length, at.column);
    } else if (letter === "J") {
      if (first === "2") at.rows = [[]];
      else at.rows.length = Math.min(at.rows.length, at.row);
    } else if (letter !== "m") throw new Error(`unknown sequence ${prefix}${parameters}${letter}`);
  };
  return {
    write: (text) => {
      // A sequence may be cut in two by what carries it.
      // oxlint-disable-next-line no-control-regex
      const cut = /\u001b(?:\[[?>]?[0-9;]*)?$/u.exec(pending + text);
      const whole = (pending + text).slice(0, cut?.index);
      pending = cut?.[0] ?? "";
      for (const [all, prefix = "", parameters = "", letter] of whole.matchAll(unit)) {
        const at = grid();
        if (letter !== undefined) control(prefix, parameters, letter);
        else if (all === "\r") at.column = 0;
        else if (all === "\n") [at.row, at.column] = [at.row + 1, isAlternate ? at.column : 0];
        else put(all);
      }
    },
    resize: (newColumns, newRows) => {
      [columns, height] = [newColumns, newRows];
    },
    get lines() {
      return grid()
        .rows.slice(0, isAlternate ? height : undefined)
        .map((line) => line.join("").trimEnd());
    },
    get shell() {
      return shell.rows.map((line) => line.join("").trimEnd());
    },
    get isAlternate() {
      return isAlternate;
    },
    get isCursorShown() {
      return isCursorShown;
    },
    get wraps() {
      return wraps;
    },
    get frames() {
      return frames;
    },
    get isMidFrame() {
      return isMidFrame;
    },
  };
}
