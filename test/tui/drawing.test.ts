import fc from "fast-check";
import { expect, test } from "vitest";
import type { CompileEvent } from "../../src/events.ts";
import { makeDrawing } from "../../src/tui/drawing.ts";
import { makeRunController } from "../../src/tui/run-controller.ts";
import { makeScreen } from "../../src/tui/screen.ts";
import { initialState } from "../../src/tui/state.ts";
import { testTerminal } from "./terminal.ts";

const size = { columns: 80, rows: 24 };
const note: CompileEvent = { type: "note", text: "more" };
const timing = (state: "started" | "ended"): CompileEvent => ({ type: "timing", state });

/** A drawing over a clock that is set by hand; a frame takes a few milliseconds. */
function drawn(frameMs: number): {
  readonly at: number[];
  readonly drawing: ReturnType<typeof makeDrawing>;
  readonly wait: (ms: number) => void;
} {
  let time = 0;
  let isTimed = false;
  const at: number[] = [];
  const drawing = makeDrawing(
    initialState(0, size),
    () => time,
    () => {
      if (isTimed) throw new Error("drawn under the clock");
      at.push(time);
      time += frameMs;
    },
  );
  const dispatch: typeof drawing.dispatch = (action) => {
    // The clock starts when the event has been handled, and has stopped before its end is told.
    const timing = action.type === "event" && action.event.type === "timing" ? action.event.state : undefined;
    if (timing === "ended") isTimed = false;
    drawing.dispatch(action);
    if (timing === "started") isTimed = true;
  };
  return {
    at,
    drawing: { ...drawing, dispatch },
    wait: (ms) => void (time += ms),
  };
}

test("nothing is drawn while something is timed; at most ten frames a second; little time is spent", () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 400 }),
    what: fc.constantFrom("note", "started", "ended", "key", "tick", "size"),
  });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 50, maxLength: 300 }),
      fc.integer({ min: 1, max: 12 }),
      (steps, frameMs) => {
        const { at, drawing, wait } = drawn(frameMs);
        for (const { ms, what } of steps) {
          wait(ms);
          if (what === "note") drawing.dispatch({ type: "event", event: note, at: 0 });
          else if (what === "started" || what === "ended")
            drawing.dispatch({ type: "event", event: timing(what), at: 0 });
          else if (what === "key") drawing.dispatch({ type: "key", key: "down" });
          else if (what === "size") drawing.dispatch({ type: "resized", size });
          else drawing.tick();
        }
        expect(at.every((time, i) => i === 0 || time - (at[i - 1] as number) >= 100)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test("frames that nobody asked for take a small share of the time", () => {
  const { at, drawing, wait } = drawn(10);
  for (let i = 0; i < 10_000; i++) {
    wait(1);
    drawing.dispatch({
      type: "event",
      event: { type: "progress", phase: "calibration", done: i, total: 10_000 },
      at: 0,
    });
  }
  expect((at.length * 10) / 10_000).toBeLessThan(0.02);
  expect(at.length).toBeGreaterThan(9);
});

test("counters are drawn four times a second at most, and a key's effect within a tenth of one", () => {
  const { at, drawing, wait } = drawn(0.1);
  const count = (ms: number): void => {
    for (let i = 0; i < ms; i++) {
      wait(1);
      drawing.dispatch({ type: "event", event: note, at: 0 });
    }
  };
  count(2000);
  expect(at.length).toBeGreaterThanOrEqual(7);
  expect(at.length).toBeLessThanOrEqual(8);
  const frames = at.length;
  drawing.dispatch({ type: "key", key: "down" });
  count(101);
  expect(at.length).toBe(frames + 1);
});

test("what changed under the clock is drawn when it has stopped, and clocks go on without news", () => {
  const { at, drawing, wait } = drawn(1);
  drawing.dispatch({ type: "event", event: timing("started"), at: 0 });
  expect(at).toHaveLength(1);
  wait(5000);
  drawing.dispatch({ type: "event", event: note, at: 0 });
  drawing.dispatch({ type: "key", key: "down" });
  drawing.tick();
  expect(at).toHaveLength(1);
  drawing.dispatch({ type: "event", event: timing("ended"), at: 0 });
  expect(at).toHaveLength(2);
  wait(990);
  drawing.tick();
  expect(at).toHaveLength(2);
  wait(20);
  drawing.tick();
  expect(at).toHaveLength(3);
});

test("the screen writes lines that changed, in full after a resize, and gives all modes back", () => {
  let written = "";
  const terminal = testTerminal(20, 4);
  const screen = makeScreen((text) => {
    written = text;
    terminal.write(text);
  });
  terminal.write("$ infer-opt\r\n");
  screen.enter();
  expect([terminal.isAlternate, terminal.isCursorShown, terminal.wraps]).toEqual([true, false, false]);
  screen.paint(["one", "文字 two", "x".repeat(20), "four"], { columns: 20, rows: 4 });
  expect(terminal.lines).toEqual(["one", "文字 two", "x".repeat(20), "four"]);
  screen.paint(["one", "2", "x".repeat(20), "four"], { columns: 20, rows: 4 });
  expect(terminal.lines).toEqual(["one", "2", "x".repeat(20), "four"]);
  expect(written).not.toContain("one");
  const before = written;
  screen.paint(["one", "2", "x".repeat(20), "four"], { columns: 20, rows: 4 });
  expect(written).toBe(before);
  screen.paint(["one", "2"], { columns: 20, rows: 4 });
  expect(terminal.lines.join("|")).toBe("one|2");
  terminal.resize(10, 3);
  screen.paint(["one", "2", "three"], { columns: 10, rows: 3 });
  expect(terminal.lines).toEqual(["one", "2", "three"]);
  screen.leave();
  screen.leave();
  expect([terminal.isAlternate, terminal.isCursorShown, terminal.wraps, terminal.isMidFrame]).toEqual([
    ...[false, true, true, false],
  ]);
  expect(terminal.shell).toEqual(["$ infer-opt"]);
});

test("a pause lasts until it is ended, by going on, stopping or an abort, and its time is told", async () => {
  for (const end of ["go on", "stop", "abort"] as const) {
    const abort = new AbortController();
    let time = 0;
    const control = makeRunController(() => time, abort.signal);
    await control.whilePaused();
    control.togglePause();
    let isOver = false;
    const waiting = control.whilePaused().then(() => (isOver = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    time = 700;
    if (end === "go on") control.togglePause();
    else if (end === "stop") control.stop();
    else abort.abort();
    await waiting;
    expect(control).toMatchObject({ pausedMs: 700, isPaused: false, isStopping: end === "stop" });
  }
});
