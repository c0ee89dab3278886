import { stripVTControlCharacters } from "node:util";
import { render } from "ink-testing-library";
import { expect, test } from "vitest";
import type { CompileEvent } from "../../src/events.ts";
import type { TuiAction } from "../../src/tui/reduce.ts";
import { reduce } from "../../src/tui/reduce.ts";
import { renderFrame, renderSummary } from "../../src/tui/render.tsx";
import type { TuiState, TuningEntry } from "../../src/tui/state.ts";
import { initialState } from "../../src/tui/state.ts";
import { displayWidth } from "../../src/tui/text.ts";
import { themeFor } from "../../src/tui/theme.ts";
import { App } from "../../src/tui/views/app.tsx";
import { PhaseRow } from "../../src/tui/views/phase-row.tsx";
import { TuningHead, TuningRow } from "../../src/tui/views/tuning-row.tsx";
import { sampleReport } from "../report/sample-report.ts";
import { sampleEnd, sampleRun } from "./sample-run.ts";

const theme = themeFor({ NO_COLOR: "1" });
const sizes = [
  [80, 24],
  [60, 20],
  [200, 50],
  [40, 12],
] as const;

function after(
  events: readonly CompileEvent[],
  columns: number,
  rows: number,
  more: readonly TuiAction[] = [],
): TuiState {
  const told = events.map((event, i): TuiAction => ({ type: "event", event, at: i * 500 }));
  return [...told, ...more].reduce(reduce, initialState(0, { columns, rows }));
}

function frameOf(state: TuiState, now = 30_000): readonly string[] {
  return renderFrame(state, now, theme).map((line) => stripVTControlCharacters(line).trimEnd());
}

test.each(sizes)("a run at %ix%i: every line in its place, none too long", async (columns, rows) => {
  const frame = frameOf(after(sampleRun, columns, rows));
  expect(frame).toHaveLength(rows);
  expect(frame.every((line) => displayWidth(line) <= columns)).toBe(true);
  expect(frame[0]).toMatch(/^(?:infer-opt )?.*cpu.* 30 s$/);
  expect(frame.join("\n")).toContain("compile regions of int8");
  expect(frame.at(-1)).toMatch(/^q stop, keep best/);
  await expect(`${frame.join("\n")}\n`).toMatchFileSnapshot(`frames/run-${columns}x${rows}.txt`);
});

test.each(sizes)("the end of a run, and the help, at %ix%i", async (columns, rows) => {
  const state = after([...sampleRun, ...sampleEnd], columns, rows);
  const end = frameOf(state);
  expect(end).toHaveLength(rows);
  expect(end.join("\n")).toMatch(/choose|write/);
  const help = frameOf(reduce(state, { type: "key", key: "help" }));
  expect(help).toHaveLength(rows);
  expect([...end, ...help].every((line) => displayWidth(line) <= columns)).toBe(true);
  expect(help.join("\n")).toContain("pause between two rounds");
  await expect(`${end.join("\n")}\n${help.join("\n")}\n`).toMatchFileSnapshot(`frames/end-${columns}x${rows}.txt`);
});

test("frames are those that Ink draws, at any point of a run", () => {
  const events = [...sampleRun, ...sampleEnd];
  for (let told = 0; told <= events.length; told++) {
    const [columns, rows] = told % 7 === 6 ? [60, 20] : [80, 24];
    const state = after(events.slice(0, told), columns, rows);
    const { lastFrame, unmount } = render(<App state={state} now={told * 500} theme={theme} />);
    const shown = (lastFrame() ?? "").split("\n").map((line) => line.trimEnd());
    expect(frameOf(state, told * 500)).toEqual(shown);
    unmount();
  }
});

test("what was asked for is told in place of the hints", () => {
  const asked = (isPaused: boolean, isStopping: boolean): string =>
    frameOf(after(sampleRun, 80, 24, [{ type: "asked", asked: { isPaused, isStopping } }])).at(-1) ?? "";
  expect(asked(true, false)).toMatch(/^paused: p goes on/);
  expect(asked(false, true)).toMatch(/^stopping: the best so far/);
});

test("a phase tells its state and its time", () => {
  const phase = { name: "quantize", startedAt: 1000, endedAt: undefined, entries: [] };
  const frame = (endedAt: number | undefined, isPaused: boolean): string => {
    const props = { now: 4000, columns: 30, isPaused, theme };
    const { lastFrame, unmount } = render(<PhaseRow phase={{ ...phase, endedAt }} {...props} />);
    const shown = lastFrame() ?? "";
    unmount();
    return shown;
  };
  expect(frame(undefined, false)).toBe(`▸ quantize${" ".repeat(15)}3.0 s`);
  expect(frame(undefined, true)).toMatch(/^‖ quantize/);
  expect(frame(3500, false)).toBe(`✓ quantize${" ".repeat(15)}2.5 s`);
});

test("columns of searches stand below their heads, at any width", () => {
  const entry = {
    ...{ kind: "tuning", workload: "conv 3x3", threads: 4, state: "searching", candidates: 24, seen: [] },
    ...{
      tried: 7,
      failed: 2,
      candidate: "igemm@3",
      source: undefined,
      bestNs: 5200,
      seed: "a",
      seedNs: 9100,
      trace: [9100, 5200],
    },
  } satisfies TuningEntry;
  for (const columns of [40, 60, 80, 100]) {
    const head = render(<TuningHead columns={columns} />).lastFrame() ?? "";
    const row = render(<TuningRow entry={entry} columns={columns} theme={theme} />).lastFrame() ?? "";
    expect(row).toContain("4t conv 3x3");
    for (const [name, value] of [
      ["best", "5.2 us"],
      ["trials", "7-2"],
      ["vs seed", "1.75x"],
    ] as const)
      if (head.includes(`${name} `) || head.endsWith(name))
        expect(row.indexOf(value) + value.length).toBe(head.indexOf(name) + name.length);
  }
});

test("the verdict comes first: what was chosen, and what it is worth", () => {
  const text = stripVTControlCharacters(renderSummary(sampleReport, 80, theme));
  expect(text.split("\n")[0]).toMatch(/was chosen|was kept/);
  for (const fact of ["speed", "size", "nodes", "file"]) expect(text).toContain(`  ${fact}`);
  expect(text.endsWith("\n")).toBe(true);
});
