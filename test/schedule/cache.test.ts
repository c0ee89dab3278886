import fc from "fast-check";
import { expect, test } from "vitest";
import type { ScheduleRecord, TrialRecord } from "../../src/schedule/index.ts";
import { makeScheduleCache } from "../../src/schedule/index.ts";
import { device, proofWithChoice, trial } from "./records.ts";

const times = (min: number): Pick<TrialRecord, "ns"> => ({
  ns: { min, median: min * 1.1, p90: min * 1.2, n: 20, mode: "interleaved" },
});

test("trials are ranked by time divided by the reference loop's: a run on a slow hour counts as much", () => {
  const fastHour = trial({ point: { tile: 1 }, ...times(100), reference: { ns: 1000 } });
  const slowHour = trial({ point: { tile: 2 }, ...times(150), reference: { ns: 2000 } });
  expect(makeScheduleCache([fastHour, slowHour]).trials("k")).toEqual([slowHour, fastHour]);
});

test("ties go by canonical point, failures stand last, other keys are left out", () => {
  const a = trial({ point: { tile: 1 } });
  const b = trial({ point: { tile: 2 } });
  const { ns: _, reference: __, ...rest } = trial({ point: { tile: 0 }, status: "timeout" });
  const failed: TrialRecord = rest;
  const other = trial({ key: "other", ...times(1) });
  expect(makeScheduleCache([other, failed, b, a]).trials("k")).toEqual([a, b, failed]);
});

test("ranking and proofs do not depend on the order of the lines", () => {
  const records: ScheduleRecord[] = [
    ...[3, 1, 2, 1].map((tile, i) => trial({ point: { tile }, ...times(100 + (i % 2)) })),
    ...proofWithChoice({ at: "2026-02-01T00:00:00.000Z", emitted: "int8" }),
    ...proofWithChoice({ at: "2026-03-01T00:00:00.000Z" }),
    ...proofWithChoice({ at: "2026-03-01T00:00:00.000Z", device: { ...device, model: 1 } }),
  ];
  const { trials, proofs } = makeScheduleCache(records);
  fc.assert(
    fc.property(fc.shuffledSubarray(records, { minLength: records.length }), (shuffled) => {
      const cache = makeScheduleCache(shuffled);
      expect(cache.trials("k")).toEqual(trials("k"));
      expect(cache.proofs("k")).toEqual(proofs("k"));
    }),
  );
});

test("proofs come newest first, each with its own choice; a proof without choice does not count", () => {
  const [older, olderChoice] = proofWithChoice({ at: "2026-02-01T00:00:00.000Z", emitted: "int8" });
  const [newer, newerChoice] = proofWithChoice({ at: "2026-03-01T00:00:00.000Z" });
  const [lonely] = proofWithChoice({ at: "2026-04-01T00:00:00.000Z" });
  const cache = makeScheduleCache([newerChoice, older, lonely, olderChoice, newer]);
  expect(cache.proofs("k")).toEqual([
    { proof: newer, choice: newerChoice },
    { proof: older, choice: olderChoice },
  ]);
  expect(cache.proofs("other")).toEqual([]);
});

test("what is appended is seen at once and handed to the writer", () => {
  const written: ScheduleRecord[] = [];
  const cache = makeScheduleCache([], (records) => written.push(...records));
  const added = trial();
  cache.append([added]);
  expect(cache.trials("k")).toEqual([added]);
  expect(written).toEqual([added]);
});
