import { expect, test } from "vitest";
import type { SessionReport } from "../../../src/events.ts";
import { describeSession } from "../../../src/recipes/precision/session-text.ts";

const report: SessionReport = {
  form: "int8",
  options: {
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: "extended", executionMode: "sequential" },
    ...{ enableCpuMemArena: true, enableMemPattern: false, allowSpinning: true },
  },
  ...{ defaultNs: 1e6, ns: 0.8e6, tried: 20, reason: "ahead of the seed" },
};

test("what is advised is one line with what it gains; where nothing is, the defaults are told and no list of them", () => {
  expect(describeSession(report)).toBe(
    "session options that serve best here: 1 thread, optimizations extended, sequential, no memory pattern, 1.25x the speed of the defaults (ahead of the seed); the proof was timed with the defaults",
  );
  expect(describeSession({ ...report, ns: 1e6, reason: "none wins" })).toBe(
    "session options: the defaults serve best here (none wins)",
  );
});
