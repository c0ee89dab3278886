import { once } from "node:events";
import { expect, test } from "vitest";
import { inTurns, nextTurn } from "../../src/events.ts";
import { countTurns } from "./count-turns.ts";

test("what waits has its turn: timers and signals", async () => {
  const heard: string[] = [];
  setTimeout(() => heard.push("timer"), 0);
  const signalled = once(process, "SIGUSR2").then(() => heard.push("signal"));
  process.kill(process.pid, "SIGUSR2");
  // The clock of timers goes in milliseconds.
  for (const start = performance.now(); performance.now() - start < 5;) continue;
  for (let i = 0; i < 20 && heard.length < 2; i++) await nextTurn();
  await signalled;
  expect(heard.toSorted()).toEqual(["signal", "timer"]);
});

test("steps are all done in order; others have their turn as soon as 50 ms have gone", async () => {
  const turns = countTurns();
  const at: number[] = [];
  function* steps(ms: number, count: number): Generator<void, number> {
    for (let i = 0; i < count; i++) {
      for (const start = performance.now(); performance.now() - start < ms;) continue;
      at.push(turns.count);
      yield;
    }
    return count;
  }
  expect(await inTurns(steps(60, 4))).toBe(4);
  expect(new Set(at).size).toBe(4);
  at.length = 0;
  await inTurns(steps(0, 50));
  expect(at).toHaveLength(50);
  expect(new Set(at).size).toBeLessThan(4);
  turns.stop();
});

test("a step that fails ends the rest", async () => {
  function* steps(): Generator<void, void> {
    yield;
    throw new Error("no more");
  }
  await expect(inTurns(steps())).rejects.toThrow("no more");
});
