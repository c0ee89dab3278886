import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { displayWidth } from "../../src/tui/text.ts";
import type { PtyRun } from "./pty.ts";
import { startPty } from "./pty.ts";
import type { TestTerminal } from "./terminal.ts";
import { testTerminal } from "./terminal.ts";

const bin = fileURLToPath(new URL("../../bin/infer-opt.js", import.meta.url));

/** What a line of the body begins with; a garbled one would not. */
const bodyLine = /^(?:[✓▸‖] .* (?:[\d.]+ s|[\d:]+)| {4}\S.*| {2}[✓▸] .*|)$/u;
const footLine = /^(?:q stop|paused|stopping)/;

/** A run in a pseudo-terminal, every frame of which is looked at. */
export interface WatchedRun extends PtyRun {
  readonly terminal: TestTerminal;
  /** Frames seen so far. */
  readonly frames: number;
  /** All that was wrong with a frame. */
  readonly faults: readonly string[];
  /** Attributes of the terminal line before the run. */
  readonly attributesBefore: string;
  /** Milliseconds of the run's own clock at which it had written each frame; known when it has ended. */
  writtenAt(): readonly number[];
  until(isSo: (lines: readonly string[]) => boolean, what: string): Promise<void>;
  /** Resolves with the first frame of the new size. */
  resizeTo(columns: number, rows: number): Promise<void>;
}

/**
 * What is loaded before the program, and notes when each frame was written: who reads is late by as much as the machine is
 * busy, and sees many frames at once.
 */
function stamps(file: string): string {
  const script = `
    import { writeFileSync } from "node:fs";
    const times = [];
    const { write } = process.stderr;
    process.stderr.write = function (chunk, ...rest) {
      const isTaken = write.call(this, chunk, ...rest);
      if (String(chunk).includes("\\u001b[?2026l")) times.push(performance.now());
      return isTaken;
    };
    process.on("exit", () => writeFileSync(${JSON.stringify(file)}, JSON.stringify(times)));`;
  return `data:text/javascript,${encodeURIComponent(script)}`;
}

/** Starts infer-opt in a pseudo-terminal; its results go to a folder, and beside it what is noted of it. */
export function watch(
  output: string,
  [columns, rows]: readonly [number, number],
  argv: readonly string[],
  { node = [], env = {} }: { readonly node?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): WatchedRun {
  const terminal = testTerminal(columns, rows);
  let size = { columns, rows };
  let frames = 0;
  const faults: string[] = [];
  let isResizing = false;
  const look = (isWhole: boolean): void => {
    frames++;
    if (isWhole && terminal.lines.length === size.rows) isResizing = false;
    if (isResizing) return;
    const { lines } = terminal;
    const check = (isRight: boolean, fault: string): void => {
      if (!isRight) faults.push(`frame ${frames}: ${fault}\n${lines.join("\n")}`);
    };
    check(lines.length === size.rows, `${lines.length} lines, not ${size.rows}`);
    check(!terminal.isCursorShown && terminal.isAlternate, "modes");
    check(footLine.test(lines.at(-1) ?? ""), "the foot");
    check(
      lines.every((line) => displayWidth(line) <= size.columns),
      "a line is too long",
    );
    const body = lines.slice(2, -1);
    const isHelp = body.some((line) => line.includes("pause between two rounds"));
    for (const line of isHelp ? [] : body) check(bodyLine.test(line), `line ${JSON.stringify(line)}`);
  };
  let pending = "";
  const stampsFile = `${output}.frames.json`;
  const { CI: _ci, NO_COLOR: _color, GITHUB_ACTIONS: _actions, NODE_ENV: _mode, ...inherited } = process.env;
  const pty = startPty({
    ...{ columns, rows },
    argv: [...node, "--import", stamps(stampsFile), bin, ...argv, "-o", output],
    env: { ...inherited, TERM: "xterm-256color", LANG: "C.UTF-8", LC_ALL: "C.UTF-8", ...env },
    onOutput: (text) => {
      // Frame by frame, so that each is seen whole.
      // oxlint-disable-next-line no-control-regex
      const parts = (pending + text).split(/(?<=\u001b\[\?2026l)/u);
      pending = parts.pop() ?? "";
      for (const part of parts) {
        terminal.write(part);
        if (part.endsWith("\u001b[?2026l")) look(part.includes("\u001b[2J"));
      }
      if (!pending.includes("\u001b[?2026h")) {
        terminal.write(pending);
        pending = "";
      }
    },
  });
  const attributesBefore = pty.attributes();
  let isOver = false;
  void pty.exit.then(() => (isOver = true));
  const until: WatchedRun["until"] = async (isSo, what) => {
    while (!isSo(terminal.lines)) {
      if (isOver) throw new Error(`over before ${what}:\n${terminal.shell.join("\n")}`);
      pty.cpuMs();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    ...pty,
    ...{ terminal, faults, attributesBefore, until },
    get frames() {
      return frames;
    },
    writtenAt: () => JSON.parse(readFileSync(stampsFile, "utf8")) as readonly number[],
    resizeTo: async (newColumns, newRows) => {
      isResizing = true;
      size = { columns: newColumns, rows: newRows };
      terminal.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
      await until(() => !isResizing, `${newColumns}x${newRows}`);
    },
  };
}

/** Whether some line of the screen shows a text. */
export const shows =
  (text: string | RegExp) =>
  (lines: readonly string[]): boolean =>
    lines.some((line) => (typeof text === "string" ? line.includes(text) : text.test(line)));

/** Frames a second at most. */
const mostFrames = 10;

/** After whatever end: the shell's screen, a cursor, and the line as it was; every frame was right and seen, and none too early. */
export function expectRestored(run: WatchedRun): void {
  const { isAlternate, isCursorShown, wraps, isMidFrame } = run.terminal;
  expect({ isAlternate, isCursorShown, wraps, isMidFrame }).toEqual({
    ...{ isAlternate: false, isCursorShown: true, wraps: true, isMidFrame: false },
  });
  expect(run.attributes()).toBe(run.attributesBefore);
  run.close();
  expect(run.faults).toEqual([]);
  const times = run.writtenAt();
  expect(run.frames).toBe(times.length);
  const inSecond = times.map((time, i) => times.slice(i).filter((other) => other < time + 1000).length);
  expect(Math.max(0, ...inSecond)).toBeLessThanOrEqual(mostFrames);
}

/** Without blanks: the terminal breaks long lines. */
export const squeezed = (text: string): string => text.replace(/\s+/gu, "");
