import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTimeLimit } from "../../../src/runtime/worker/time-limit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a limit runs out after its time, which does not count while it is held", () => {
  let isOver = false;
  const limit = startTimeLimit(1000, () => (isOver = true));
  vi.advanceTimersByTime(600);
  limit.hold();
  limit.hold();
  vi.advanceTimersByTime(60_000);
  expect(isOver).toBe(false);
  limit.run();
  limit.run();
  vi.advanceTimersByTime(399);
  expect(isOver).toBe(false);
  vi.advanceTimersByTime(2);
  expect(isOver).toBe(true);
});
