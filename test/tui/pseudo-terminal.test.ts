import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import type { CompileReport } from "../../src/events.ts";
import { plainReporter } from "../../src/report/index.ts";
import { displayWidth } from "../../src/tui/text.ts";
import { drawingShares } from "./drawing-share.ts";
import type { PtyRun } from "./pty.ts";
import { childrenOf, hasPty, startPty } from "./pty.ts";
import { testTerminal } from "./terminal.ts";
import type { TestTerminal } from "./terminal.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bin = join(root, "bin", "infer-opt.js");
const model = join(root, "examples", "models", "residual-cnn.onnx");
const work = mkdtempSync(join(tmpdir(), "tui-test-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Short and whole: float kernels are searched, the forms raced, the result written. */
const quick = ["--target", "cpu", "--precision", "fp32", "--tune", "quick", "--threads", "1"];

/** The main job as the README shows it, with `INFER_OPT_TUI_WHOLE`: some minutes; what the figures in docs/tui.md are of. */
const isWhole = process.env["INFER_OPT_TUI_WHOLE"] !== undefined;
const data = join(root, "calibration-data", "characters");
const job = isWhole
  ? [
      ...["--target", "cpu", "--tune", "quick", "--preprocess", "scale=1/255,mean=0.5,std=0.5"],
      ...["--calib-data", join(data, "calibration"), "--eval-data", join(data, "evaluation")],
    ]
  : [...quick, "--budget", "20s"];

/** Share of the processor time of a run that drawing may take. A short run is mostly start, and code that is not warm yet. */
const mostDrawing = isWhole ? 0.02 : 0.06;

/** What a line of the body begins with; a garbled one would not. */
const bodyLine = /^(?:[✓▸‖] .* (?:[\d.]+ s|[\d:]+)| {4}\S.*| {2}[✓▸] .*|)$/u;
const footLine = /^(?:q stop|paused|stopping)/;

interface Session extends PtyRun {
  readonly terminal: TestTerminal;
  /** Milliseconds at which frames were complete. */
  readonly frameTimes: readonly number[];
  /** All that was wrong with a frame. */
  readonly faults: readonly string[];
  readonly attributesBefore: string;
  until(isSo: (lines: readonly string[]) => boolean, what: string): Promise<void>;
  /** Resolves with the first frame of the new size. */
  resizeTo(columns: number, rows: number): Promise<void>;
}

/** A run that is watched: every frame is looked at. */
function watch(
  name: string,
  [columns, rows]: readonly [number, number],
  argv: readonly string[],
  { node = [], env = {} }: { readonly node?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Session {
  const terminal = testTerminal(columns, rows);
  let size = { columns, rows };
  const frameTimes: number[] = [];
  const faults: string[] = [];
  let isResizing = false;
  const look = (isWhole: boolean): void => {
    frameTimes.push(performance.now());
    if (isWhole && terminal.lines.length === size.rows) isResizing = false;
    if (isResizing) return;
    const { lines } = terminal;
    const check = (isRight: boolean, fault: string): void => {
      if (!isRight) faults.push(`frame ${frameTimes.length}: ${fault}\n${lines.join("\n")}`);
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
  const { CI: _ci, NO_COLOR: _color, GITHUB_ACTIONS: _actions, NODE_ENV: _mode, ...inherited } = process.env;
  const pty = startPty({
    ...{ columns, rows },
    argv: [...node, bin, ...argv, "-o", join(work, name)],
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
  const until: Session["until"] = async (isSo, what) => {
    while (!isSo(terminal.lines)) {
      if (isOver) throw new Error(`over before ${what}:\n${terminal.shell.join("\n")}`);
      pty.cpuMs();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    ...pty,
    ...{ terminal, frameTimes, faults, attributesBefore, until },
    resizeTo: async (newColumns, newRows) => {
      isResizing = true;
      size = { columns: newColumns, rows: newRows };
      terminal.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
      await until(() => !isResizing, `${newColumns}x${newRows}`);
    },
  };
}

const shows =
  (text: string | RegExp) =>
  (lines: readonly string[]): boolean =>
    lines.some((line) => (typeof text === "string" ? line.includes(text) : text.test(line)));

/** After whatever end: the shell's screen, a cursor, and the line as it was; every frame was right, and none too early. */
function expectRestored({ terminal, frameTimes, faults, attributes, attributesBefore, close }: Session): void {
  const { isAlternate, isCursorShown, wraps, isMidFrame } = terminal;
  expect({ isAlternate, isCursorShown, wraps, isMidFrame }).toEqual({
    ...{ isAlternate: false, isCursorShown: true, wraps: true, isMidFrame: false },
  });
  expect(attributes()).toBe(attributesBefore);
  close();
  expect(faults).toEqual([]);
  // What is read is late by as much as this process is busy: frames are counted over a second, not one by one.
  const mostInSecond = frameTimes.map((time, i) => frameTimes.slice(i).filter((other) => other < time + 1000).length);
  expect(Math.max(0, ...mostInSecond)).toBeLessThanOrEqual(11);
}

/** Without blanks: the terminal breaks long lines. */
const squeezed = (text: string): string => text.replace(/\s+/gu, "");

const describePty = test.skipIf(!hasPty);
vi.setConfig({ testTimeout: isWhole ? 600_000 : 180_000 });
if (!hasPty) console.info("the terminal interface is not run here: no pseudo-terminal (Linux with glibc has them)");

let attempts = 0;

// Keys race the run: on a machine that other tests keep busy a whole run is tried once more before it fails.
describePty(
  "a whole run at 80x24, resized, scrolled, with help: the summary stays, drawing takes little",
  { retry: 1 },
  async () => {
    const name = `whole-${attempts++}`;
    const profiles = join(work, `profiles-${name}`);
    const node = ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
    const session = watch(name, [80, 24], ["optimize", model, ...job], { node });
    await session.until(shows("workload"), "tuning");
    session.type("?");
    await session.until(shows("pause between two rounds"), "help");
    session.type("?");
    await session.until(shows("workload"), "the table");
    await session.resizeTo(60, 20);
    session.type("\u001b[H");
    await session.until(shows("✓ load"), "the first line");
    session.type("\u001b[F");
    await session.resizeTo(100, 30);
    await session.until(shows("choose"), "the choice");
    const running = setInterval(() => session.cpuMs(), 50);
    expect(await session.exit).toBe(0);
    clearInterval(running);
    expectRestored(session);
    const report = JSON.parse(readFileSync(join(work, name, "residual-cnn.report.json"), "utf8")) as CompileReport;
    let plain = "";
    plainReporter((text) => (plain += text), { refusals: false }).handle({ type: "finished", report });
    const shell = squeezed(session.terminal.shell.join("\n"));
    expect(shell).toContain(squeezed(plain));
    expect(shell).toMatch(/waschosen|waskept/);
    const [profile = ""] = readdirSync(profiles);
    const shares = drawingShares(join(profiles, profile));
    const { own, all } = session.cpuMs();
    const [drawing, loading] = [shares.drawing * own, shares.loading * own];
    const { frameTimes } = session;
    const seconds = ((frameTimes.at(-1) ?? 0) - (frameTimes[0] ?? 0)) / 1000;
    const ofAll = (ms: number): string => `${ms.toFixed(0)} ms, ${((100 * ms) / all).toFixed(2)} %`;
    console.info(
      [
        `terminal interface: ${frameTimes.length} frames in ${seconds.toFixed(1)} s`,
        `processor time of the run ${(all / 1000).toFixed(1)} s`,
        `of it drawing ${ofAll(drawing)}; evaluating its modules ${ofAll(loading)}`,
      ].join("; "),
    );
    expect(drawing / all).toBeLessThan(mostDrawing);
    if (isWhole) expect((drawing + loading) / all).toBeLessThan(mostDrawing);
    expect(loading).toBeLessThan(1500);
    expect(frameTimes.length).toBeGreaterThan(5);
  },
);

describePty(
  "p pauses between rounds and goes on; q keeps the best, which is proven and written, at 60x20",
  async () => {
    const session = watch("kept", [60, 20], ["optimize", model, ...quick]);
    await session.until(shows(/ {2}▸ .*us/), "a first time");
    session.type("p");
    await session.until(shows("paused: p goes on"), "the pause");
    // What is under way ends first.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const trials = (): string | undefined => /\d+ trials/.exec(session.terminal.lines[1] ?? "")?.[0];
    const before = trials();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(trials()).toBe(before);
    session.type("p");
    await session.until(() => trials() !== before, "another trial");
    session.type("q");
    await session.until(shows(/^stopping/), "stopping");
    expect(await session.exit).toBe(0);
    expectRestored(session);
    expect(squeezed(session.terminal.shell.join("\n"))).toContain(squeezed("stopped on request"));
    expect(readdirSync(join(work, "kept"))).toContain("residual-cnn.opt.onnx");
  },
);

describePty("a child that is killed takes neither the run nor the terminal along, at 200x50", async () => {
  const session = watch("killed", [200, 50], ["optimize", model, ...quick]);
  await session.until(shows(/ {2}▸ .*us/), "a first time");
  const children = childrenOf(session.pid);
  expect(children.length).toBeGreaterThan(0);
  for (const child of children) process.kill(child, "SIGKILL");
  const frames = session.frameTimes.length;
  await session.until(() => session.frameTimes.length > frames + 2, "more frames");
  session.type("q");
  expect(await session.exit).toBe(0);
  expectRestored(session);
});

const throwing = "setInterval(() => { if (process.stdin.isRaw) throw new Error('boom') }, 700)";
const ends = [
  { name: "Ctrl-C", end: (run: Session) => run.type("\u0003"), code: 130, says: "interrupted" },
  { name: "SIGTERM", end: (run: Session) => void process.kill(run.pid, "SIGTERM"), code: 130, says: "interrupted" },
  { name: "a q that is too early", end: (run: Session) => run.type("q"), code: 130, says: "stopped before there was" },
  { name: "an error nobody catches", end: () => undefined, code: 1, says: "Error: boom", throwing },
];

describePty.each(ends)("$name gives the terminal back", async ({ name, end, code, says, throwing: preload }) => {
  const node = preload === undefined ? [] : ["--import", `data:text/javascript,${encodeURIComponent(preload)}`];
  const session = watch(name.replaceAll(" ", "-"), [40, 12], ["optimize", model, ...quick, "-O0"], { node });
  // The terminal keeps what is typed before it is asked for: nothing can be too early for a q.
  if (name.startsWith("a q")) end(session);
  await session.until(() => session.frameTimes.length > 0, "a first frame");
  if (!name.startsWith("a q")) end(session);
  expect(await session.exit).toBe(code);
  expectRestored(session);
  expect(squeezed(session.terminal.shell.join("\n"))).toContain(squeezed(says));
});
