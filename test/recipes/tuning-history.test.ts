import { expect, test } from "vitest";
import type { CompileEvent } from "../../src/events.ts";
import { keepHistory } from "../../src/recipes/tuning-history.ts";

const trial = (workload: string, ns: number | undefined): CompileEvent => ({
  ...{ type: "trial", workload, threads: 1, candidate: "t@1 n=1", status: ns === undefined ? "timeout" : "ok" },
  ...(ns === undefined ? {} : { ns }),
});

test("a search is the times at which its best fell; failures count and are no best", () => {
  const keeper = keepHistory();
  for (const ns of [50, 60, undefined, 40, 45, 30]) keeper.handle(trial("a", ns));
  keeper.handle({ type: "note", text: "not of a search" });
  keeper.handle(trial("b", undefined));
  expect(keeper.read()).toEqual([
    {
      ...{ workload: "a", threads: 1, tried: 6, failed: 1 },
      best: [
        { after: 1, ns: 50 },
        { after: 4, ns: 40 },
        { after: 6, ns: 30 },
      ],
    },
    { workload: "b", threads: 1, tried: 1, failed: 1, best: [] },
  ]);
});

test("a search that was replayed is told by its records, unless it went on here", () => {
  const keeper = keepHistory();
  const recorded = {
    threads: 1,
    tried: 3,
    failed: 0,
    best: [{ after: 1, ns: 7 }],
    recordedAt: "2026-11-20T08:00:00.000Z",
  };
  for (const workload of ["a", "b"]) keeper.handle({ type: "tuning-replayed", history: { ...recorded, workload } });
  keeper.handle({ type: "tuning-replayed", history: { ...recorded, workload: "b" } });
  keeper.handle(trial("a", 5));
  expect(keeper.read()).toEqual([
    { workload: "a", threads: 1, tried: 1, failed: 0, best: [{ after: 1, ns: 5 }] },
    { ...recorded, workload: "b" },
  ]);
});

test("the same workload on other threads is another search", () => {
  const keeper = keepHistory();
  keeper.handle(trial("a", 5));
  keeper.handle({ ...trial("a", 3), threads: 2 } as CompileEvent);
  expect(keeper.read().map(({ threads, best }) => [threads, best[0]?.ns])).toEqual([
    [1, 5],
    [2, 3],
  ]);
});
