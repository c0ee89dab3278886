import fc from "fast-check";
import { expect, test } from "vitest";
import type { CompileEvent } from "../../src/events.ts";
import type { Key } from "../../src/tui/keys.ts";
import { bodyHeight } from "../../src/tui/layout.ts";
import type { TuiAction } from "../../src/tui/reduce.ts";
import { reduce } from "../../src/tui/reduce.ts";
import { activeRow, rowCount, rowsOf } from "../../src/tui/rows.ts";
import type { TuiState } from "../../src/tui/state.ts";
import { initialState, traceLength } from "../../src/tui/state.ts";
import { sampleEnd, sampleRun } from "./sample-run.ts";

const all = [...sampleRun, ...sampleEnd];
const keys: readonly Key[] = [
  ...(["stop", "pause", "help", "close", "up", "down", "page-up"] as const),
  ...(["page-down", "home", "end", "interrupt", "suspend", "redraw"] as const),
];

function run(actions: readonly TuiAction[]): TuiState {
  return actions.reduce(reduce, initialState(0, { columns: 80, rows: 24 }));
}

const events = (list: readonly CompileEvent[]): readonly TuiAction[] =>
  list.map((event, i) => ({ type: "event", event, at: i * 500 }));

const anyAction: fc.Arbitrary<TuiAction> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...all).map((event): TuiAction => ({ type: "event", event, at: 0 })) },
  { weight: 2, arbitrary: fc.constantFrom(...keys).map((key): TuiAction => ({ type: "key", key })) },
  fc
    .record({ columns: fc.integer({ min: 0, max: 300 }), rows: fc.integer({ min: 0, max: 90 }) })
    .map((size): TuiAction => ({ type: "resized", size })),
  fc.record({ isPaused: fc.boolean(), isStopping: fc.boolean() }).map((asked): TuiAction => ({ type: "asked", asked })),
);

test("whatever happens in whatever order, what is shown holds together", () => {
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 80 }), (actions) => {
      const timed = actions.map((action, i) => (action.type === "event" ? { ...action, at: i } : action));
      const state = run(timed);
      const lines = rowsOf(state);
      const rows = lines.length;
      expect(rowCount(state)).toBe(rows);
      const shown = lines[activeRow(state)];
      const entry = state.phases.at(-1)?.entries[state.active];
      expect(shown?.kind === "entry" ? shown.entry : undefined).toBe(entry);
      const height = bodyHeight(state);
      expect(state.view.top).toBeGreaterThanOrEqual(0);
      expect(state.view.top).toBeLessThanOrEqual(Math.max(0, rows - height));
      if (state.view.follows && rows > 0) {
        expect(activeRow(state)).toBeGreaterThanOrEqual(state.view.top);
        expect(activeRow(state)).toBeLessThan(state.view.top + height);
      }
      expect(state.phases.slice(0, -1).every(({ endedAt }) => endedAt !== undefined)).toBe(true);
      for (const { startedAt, endedAt, entries } of state.phases) {
        expect((endedAt ?? Infinity) >= startedAt).toBe(true);
        for (const entry of entries) {
          if (entry.kind !== "tuning") continue;
          expect(entry.failed).toBeLessThanOrEqual(Math.max(entry.failed, entry.seen.length));
          expect(entry.tried).toBe(new Set(entry.seen).size);
          expect(entry.trace.length).toBeLessThanOrEqual(traceLength);
          expect(entry.trace.every((ns, i) => i === 0 || ns <= (entry.trace[i - 1] as number))).toBe(true);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("a state is not changed by what follows it", () => {
  const state = run(events(sampleRun));
  const before = JSON.stringify(state);
  events(sampleEnd).reduce(reduce, state);
  expect(JSON.stringify(state)).toBe(before);
});

test("rounds of a pass are one line, with the nodes before the first and after the last, and its refusals", () => {
  const { phases } = run(events(sampleRun));
  const passes = phases[1]?.entries.filter(({ kind }) => kind === "pass");
  expect(passes).toMatchObject([
    { pass: "fold-constants", nodesBefore: 55, nodesAfter: 49, changes: 6, refusals: 0 },
    { pass: "fuse-affine", changes: 0, refusals: 1 },
  ]);
});

test("what a phase left uncounted at its end has no time left", () => {
  const half: CompileEvent = { type: "progress", phase: "calibration", done: 24, total: 64, etaMs: 4200 };
  const { phases } = run(events([half, { type: "phase", name: "choose" }]));
  expect(phases[0]?.entries).toMatchObject([{ kind: "progress", done: 24, etaMs: undefined }]);
});

test("a search counts candidates once, keeps the least time, and knows the seed's", () => {
  const workload = "conv";
  const trial = (candidate: string, ns: number): CompileEvent => ({
    ...{ type: "trial", workload, threads: 1, candidate, status: "ok", ns },
  });
  const started: CompileEvent = { type: "tuning-started", workload, threads: 1, candidates: 9, known: 0, seed: "a" };
  const { phases } = run(events([started, trial("a", 90), trial("b", 60), trial("a", 80), trial("c", 70)]));
  expect(phases[0]?.entries).toMatchObject([
    { kind: "tuning", tried: 3, bestNs: 60, seedNs: 80, candidate: "b", trace: [90, 60, 60, 60], state: "searching" },
  ]);
});

test("a workload that is done is done on all numbers of threads", () => {
  const at = (threads: number): CompileEvent => ({
    ...{ type: "tuning-started", workload: "conv", threads, candidates: 9, known: 0 },
  });
  const shared = { threads: 4, ns: 20 };
  const result = { ...{ workload: "conv", threads: 1, uses: 1, candidate: "a", ns: 60, seedNs: 60, shared } };
  const end = { ...result, peakShare: undefined, source: "measured", tried: 1, failed: 0, reason: "" } as const;
  const { phases } = run(events([at(1), at(4), { type: "tuning-finished", result: end }]));
  expect(phases[0]?.entries).toMatchObject([
    { threads: 1, state: "done", bestNs: 60 },
    { threads: 4, state: "done", bestNs: 20 },
  ]);
});

test("a long search's trace is thinned out and still ends with the best", () => {
  const trials = Array.from({ length: 1000 }, (_, i): CompileEvent => ({
    ...{ type: "trial", workload: "conv", threads: 1, candidate: `c${i}`, status: "ok", ns: 2000 - i },
  }));
  const [entry] = run(events(trials)).phases[0]?.entries ?? [];
  if (entry?.kind !== "tuning") throw new Error("no search");
  expect(entry.trace.length).toBeLessThanOrEqual(traceLength);
  expect(entry.trace.at(-1)).toBe(1001);
});

test("who scrolls up stays there while lines come, and follows again from the end", () => {
  const note = (text: string): CompileEvent => ({ type: "note", text });
  const many = Array.from({ length: 60 }, (_, i) => note(`line ${i}`));
  const following = run(events(many));
  expect(following.view).toMatchObject({ follows: true, top: 40 });
  const up = reduce(following, { type: "key", key: "page-up" });
  expect(up.view).toMatchObject({ follows: false, top: 20 });
  const later = reduce(up, { type: "event", event: note("more"), at: 99 });
  expect(later.view.top).toBe(20);
  expect(reduce(later, { type: "key", key: "end" }).view).toMatchObject({ follows: true, top: 41 });
});
