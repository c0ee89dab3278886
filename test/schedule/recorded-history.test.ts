import { expect, test } from "vitest";
import { keepHistory } from "../../src/recipes/tuning-history.ts";
import { makeScheduleCache, recordedHistories, tuneWorkloads } from "../../src/schedule/index.ts";
import { makeContext, makeMeasurer, makeTask } from "./fake-device.ts";

test("a replayed search is told as the run told it that made it", async () => {
  const cold = makeContext(makeMeasurer({ noise: 0.02 }));
  const tasks = [makeTask(), makeTask({ size: 30 })];
  await tuneWorkloads(tasks, cold, Infinity);
  const live = keepHistory();
  for (const event of cold.events) live.handle(event);
  const warm = makeContext(makeMeasurer(), { cache: cold.cache });
  await tuneWorkloads(tasks, warm, Infinity);
  const replayed = keepHistory();
  for (const event of warm.events) replayed.handle(event);
  const times = cold.cache.records.flatMap((record) => (record.kind === "trial" ? record.at : []));
  expect(live.read()).toHaveLength(2);
  expect(replayed.read().map(({ recordedAt: _, ...history }) => history)).toEqual(live.read());
  expect(replayed.read().every(({ recordedAt = "" }) => times.includes(recordedAt))).toBe(true);
});

test("a task that was never searched has no history, nor has one whose caches were another matter", async () => {
  const context = makeContext(makeMeasurer());
  await tuneWorkloads([makeTask()], context, Infinity);
  const { device, toolchain, mode, cache } = context;
  expect(recordedHistories(makeTask({ size: 30 }), context)).toEqual([]);
  expect(recordedHistories(makeTask(), { device, toolchain, mode, cache: makeScheduleCache([]) })).toEqual([]);
  expect(recordedHistories(makeTask(), { device, toolchain, cache, mode: mode === "hot" ? "cold" : "hot" })).toEqual(
    [],
  );
});
