import { expect, test } from "vitest";
import { formatAge, formatEnergy, formatTime } from "../../src/report/index.ts";

test("ages are told in the largest unit that fits", () => {
  const now = new Date("2026-03-04T12:00:00Z");
  const age = (text: string): string => formatAge(new Date(text), now);
  expect(age("2026-03-04T11:59:30Z")).toBe("less than a minute ago");
  expect(age("2026-03-04T11:59:00Z")).toBe("1 minute ago");
  expect(age("2026-03-04T09:30:00Z")).toBe("2 hours ago");
  expect(age("2025-03-04T12:00:00Z")).toBe("365 days ago");
  // Clocks of two machines differ.
  expect(age("2026-03-04T12:05:00Z")).toBe("less than a minute ago");
});

test("what is tiny is told in a smaller unit, and never as nothing", () => {
  expect([7.7, 99.9, 100, 999_999].map(formatTime)).toEqual(["7.7 ns", "99.9 ns", "0.1 us", "1000.0 us"]);
  expect([0.0156, 0.1, 42].map(formatEnergy)).toEqual(["15.6 nJ", "0.1 uJ", "42.0 uJ"]);
});
