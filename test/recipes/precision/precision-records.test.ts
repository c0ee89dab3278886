import { expect, test } from "vitest";
import type { UserOptions } from "../../../src/config/index.ts";
import { completeOptions } from "../../../src/config/index.ts";
import { precisionKey, recordedPrecision, recordPrecision } from "../../../src/recipes/precision/precision-records.ts";
import type { Run } from "../../../src/recipes/run.ts";
import { faultOf } from "../../../src/schedule/check-record.ts";
import { makeScheduleCache } from "../../../src/schedule/index.ts";
import { device } from "../../schedule/records.ts";

const workload = { op: "precision", model: "m" };
const keyWith = (options: UserOptions): string =>
  precisionKey(workload, { options: completeOptions(options), environment: { target: { id: "onnxruntime" } } } as Run);

test("what only chooses among measured forms is no part of the key of a model's precision, what is measured is", () => {
  for (const options of [
    { objective: "size" },
    { maxSize: "1MB" },
    { failIfSlower: true },
    { maxMemory: "1GB" },
  ] as const)
    expect(keyWith(options)).toBe(keyWith({}));
  const measured: readonly UserOptions[] = [{ budget: "1s" }, { tune: "quick" }, { threads: [1] }];
  for (const options of measured) expect(keyWith(options)).not.toBe(keyWith({}));
});

test("other spellings that are taken are recorded with their reason, told valid, and found again", () => {
  const cache = makeScheduleCache([]);
  const run = {
    options: completeOptions({}),
    environment: { target: { id: "onnxruntime" }, device: { fingerprint: device } },
  } as unknown as Run;
  const key = precisionKey(workload, run);
  const rewrites = [{ name: "pad-channels", reason: "the network takes 9 % longer without it" }];
  recordPrecision(cache, key, { model: "m", chosen: "int8", reason: "best", device, float: [], rewrites });
  expect(cache.records.map((record) => faultOf(record))).toEqual([undefined]);
  expect(faultOf({ ...cache.records[0], rewrites: [{ name: 1 }] })).toMatch(/rewrites/);
  expect(recordedPrecision(cache, key, run)?.rewrites).toEqual(new Set(["pad-channels"]));
  recordPrecision(cache, `${key}2`, { model: "m", chosen: "int8", reason: "best", device, float: [], rewrites: [] });
  expect(recordedPrecision(cache, `${key}2`, run)?.rewrites).toEqual(new Set());
});
